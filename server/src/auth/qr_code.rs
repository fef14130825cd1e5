//! A QR code as a drawing: one path over squares of one unit, for pages to write.

use brisk_app::service::QrCode;
use qrcodegen::{QrCode as Code, QrCodeEcc};
use std::fmt::Write as _;

/// The free squares around a code that readers need to find it.
const QUIET: i32 = 4;

/// The code of a text; none where it is longer than codes are.
pub(super) fn of(text: &str) -> Option<QrCode> {
    let code = Code::encode_text(text, QrCodeEcc::Medium).ok()?;
    let side = code.size();
    let mut path = String::new();
    for y in 0..side {
        let mut x = 0;
        while x < side {
            let run = (x..side).take_while(|x| code.get_module(*x, y)).count();
            if run > 0 {
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + QUIET, y + QUIET);
            }
            x += i32::try_from(run).unwrap_or(side).max(1);
        }
    }
    Some(QrCode { size: u32::try_from(side + 2 * QUIET).ok()?, path })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The squares that a path covers, read from the path itself.
    fn squares(path: &str) -> BTreeSet<(i32, i32)> {
        let mut squares = BTreeSet::new();
        for run in path.split_terminator('z') {
            let numbers: Vec<i32> = run
                .split(['M', ' ', 'h', 'v', '-'])
                .filter_map(|number| number.parse().ok())
                .collect();
            let [x, y, length, 1, back] = numbers[..] else { panic!("{run}") };
            assert_eq!(length, back);
            squares.extend((x..x + length).map(|x| (x, y)));
        }
        squares
    }

    #[test]
    fn a_drawing_is_the_code_with_its_quiet_zone() {
        let text = "otpauth://totp/Brisk:ann?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Brisk&digits=6&period=30";
        let (drawn, code) =
            (of(text).unwrap(), Code::encode_text(text, QrCodeEcc::Medium).unwrap());
        let squares = squares(&drawn.path);
        assert_eq!(drawn.size, 8 + code.size() as u32);
        for y in -QUIET..code.size() + QUIET {
            for x in -QUIET..code.size() + QUIET {
                let is_dark = squares.contains(&(x + QUIET, y + QUIET));
                assert_eq!(is_dark, code.get_module(x, y), "{x} {y}");
            }
        }
        // A row of the pattern in the corner by which readers find it.
        assert!(drawn.path.starts_with("M4 4h7v1h-7z"), "{}", drawn.path);
        assert!(of(&"x".repeat(5_000)).is_none());
    }
}
