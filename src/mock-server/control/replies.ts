import type { ServerResponse } from "node:http";

/** Writes a response of the control API. */
export type Reply = (response: ServerResponse) => void;
/** JSON as a reply. */
export function json(value: object, status = 200): Reply {
  return (response) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
  };
}

/** Bytes that a client sent: shown as a picture if they are one, else only saved, and never run as a page. */
export function bytes(content: Buffer, picture?: string): Reply {
  return (response) => {
    const disposition = picture ? "inline" : "attachment";
    response
      .writeHead(200, {
        "content-type": picture ?? "application/octet-stream",
        "content-disposition": disposition,
        "content-length": content.length,
      })
      .end(content);
  };
}

export const empty: Reply = (response) => void response.writeHead(204).end();
