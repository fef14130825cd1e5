//! Opens a file by its content, not its name, and counts the bytes read from it.

use crate::ImportError;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A file's decompressed content, its size, and how much of it has been read.
pub struct Opened {
    /// The decompressed content.
    pub reader: Box<dyn Read + Send>,
    /// The size of the file, in bytes.
    pub total: u64,
    /// The bytes of the file read so far.
    pub read: Arc<AtomicU64>,
}

/// Opens `path`: plain, gzip, zstd or xz, detected by its first bytes.
pub fn open(path: &Path) -> Result<Opened, ImportError> {
    let failed = |error: std::io::Error| ImportError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let file = File::open(path).map_err(failed)?;
    let total = file.metadata().map_err(failed)?.len();
    let read = Arc::new(AtomicU64::new(0));
    let counted = Counted { inner: file, read: Arc::clone(&read) };
    let mut buffered = BufReader::with_capacity(1 << 16, counted);
    let start = buffered.fill_buf().map_err(failed)?;
    let reader: Box<dyn Read + Send> = match start {
        [0x1f, 0x8b, ..] => Box::new(flate2::bufread::MultiGzDecoder::new(buffered)),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => {
            Box::new(zstd::Decoder::with_buffer(buffered).map_err(failed)?)
        }
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => {
            Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(buffered))
        }
        _ => Box::new(buffered),
    };
    Ok(Opened { reader, total, read })
}

struct Counted<R> {
    inner: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.read.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}
