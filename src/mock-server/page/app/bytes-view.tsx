import { useEffect, useState } from "preact/hooks";
import { formatBytes } from "./format.js";
import { say } from "./store.js";

const pageBytes = 4096;

/** The bytes of a body as they arrived, in hexadecimal or as text, a page at a time. */
export function BytesView({ ordinal, total, kept }: { ordinal: number; total: number; kept: number }) {
  const [offset, setOffset] = useState(0);
  const [asText, setAsText] = useState(false);
  const [bytes, setBytes] = useState(new Uint8Array());
  useEffect(() => {
    let isWanted = true;
    fetch(`/api/requests/${ordinal}/body?offset=${offset}&length=${pageBytes}`)
      .then((response) => response.arrayBuffer())
      .then((buffer) => isWanted && setBytes(new Uint8Array(buffer)))
      .catch(say);
    return () => void (isWanted = false);
  }, [ordinal, offset, kept]);
  if (kept === 0) return <p class="quiet">The request has no body.</p>;
  const last = Math.min(offset + pageBytes, kept);
  return (
    <>
      <div class="toolbar">
        <button disabled={offset === 0} onClick={() => setOffset(offset - pageBytes)}>
          Previous
        </button>
        <span class="quiet">
          Bytes {offset} to {last} of {formatBytes(total)}
          {kept < total && `, of which the first ${formatBytes(kept)} were kept`}
        </span>
        <button disabled={last >= kept} onClick={() => setOffset(offset + pageBytes)}>
          Next
        </button>
        <label>
          <input type="checkbox" checked={asText} onChange={() => setAsText(!asText)} /> as text
        </label>
      </div>
      <pre
        class="bytes"
        tabIndex={0}
        role="region"
        aria-label={asText ? "Body as text" : "Body in hexadecimal"}
      >
        {asText ? new TextDecoder().decode(bytes) : hexOf(bytes, offset)}
      </pre>
    </>
  );
}

/** Offset, bytes and text, as many bytes a line as fit. */
function hexOf(bytes: Uint8Array, offset: number): string {
  const perLine = innerWidth < 600 ? 8 : 16;
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += perLine) {
    const row = [...bytes.subarray(at, at + perLine)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = row.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${(offset + at).toString(16).padStart(6, "0")}  ${hex.padEnd(3 * perLine - 1)}  ${text}`);
  }
  return lines.join("\n");
}
