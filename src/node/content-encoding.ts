/** Nobody encodes a response more often, and each time costs memory. */
const mostEncodings = 5;

/** Undoes encodings, which were not asked for, but may be sent all the same; what is none is left as it is. */
export function decode(stream: ReadableStream<Uint8Array<ArrayBuffer>>, headers: Headers) {
  const names = (headers.get("content-encoding") ?? "").toLowerCase().split(/[\s,]+/);
  if (headers.get("content-length") === "0" || names.length > mostEncodings) return stream;
  if (!names.every((name) => /^(x-)?gzip$|^deflate$|^br$/.test(name))) return stream;
  return names.reduceRight((encoded, name) => encoded.pipeThrough(createDecoder(name)), stream);
}

function createDecoder(name: string): ReadableWritablePair<Uint8Array<ArrayBuffer>, BufferSource> {
  if (name !== "br") return new DecompressionStream(name.replace("x-", "") as "gzip" | "deflate");
  const { Duplex } = process.getBuiltinModule("node:stream");
  return Duplex.toWeb(process.getBuiltinModule("node:zlib").createBrotliDecompress()) as never;
}
