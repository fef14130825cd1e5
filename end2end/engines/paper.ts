// Reads the pages of a PDF.
import { inflateSync } from "node:zlib";

/** The number of pages; Firefox compresses the objects that hold it. */
export function pagesOf(pdf: Buffer) {
  const text = pdf.toString("latin1");
  const packed = [...text.matchAll(/\/ObjStm[^>]*?>>\s*stream\r?\n/g)].map(({ index, 0: head }) => {
    const from = index + head.length;
    return inflateSync(pdf.subarray(from, text.indexOf("endstream", from))).toString("latin1");
  });
  return [text, ...packed].join("\n").match(/\/Type\s*\/Page[^s]/g)?.length ?? 0;
}
