/** Signs task ids for visitors: a signed id is `<id>.<signature>`, which no visitor can forge. */
export interface TaskIds {
  seal(visitor: string, id: string): Promise<string>;
  /** Parses a signed id; `isOwn` tells whether it was signed for this visitor. */
  open(visitor: string, sealed: string): Promise<{ id: string; isOwn: boolean }>;
}

const algorithm = { name: "HMAC", hash: "SHA-256" };

/** Creates {@link TaskIds} from a secret. Nothing is stored, so it works in any number of processes. */
export async function createTaskIds(secret: string): Promise<TaskIds> {
  // The secret may be the API key, which is used for nothing else than this beside the service itself.
  const bytes = new TextEncoder().encode(`tensorslab-images task ids\0${secret}`);
  const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign", "verify"]);
  const textFor = (visitor: string, id: string) => new TextEncoder().encode(JSON.stringify([visitor, id]));
  return {
    async seal(visitor, id) {
      return `${id}.${toText(await crypto.subtle.sign(algorithm, key, textFor(visitor, id)))}`;
    },
    async open(visitor, sealed) {
      const [, id = sealed, signature = ""] = /^(.*)\.([\w-]{43})$/s.exec(sealed) ?? [];
      const isOwn = await crypto.subtle.verify(algorithm, key, toBytes(signature), textFor(visitor, id));
      return { id, isOwn };
    },
  };
}

const toText = (bytes: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");

const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (character) =>
    character.charCodeAt(0),
  );
