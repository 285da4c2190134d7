/**
 * A form with files, as a Blob like any other, except that its stream is made of its pieces' own streams.
 *
 * A `File` may thus have a faster way to its bytes than the platform's. Fetch asks Blobs for their stream on Node; where it
 * does not, it reads the same bytes natively.
 */
export class FormBody extends Blob {
  readonly #pieces: readonly Blob[];

  constructor(pieces: readonly BlobPart[], options: BlobPropertyBag) {
    const blobs = pieces.map((piece) => (piece instanceof Blob ? piece : new Blob([piece])));
    super(blobs, options);
    this.#pieces = blobs;
  }

  override stream(): ReturnType<Blob["stream"]> {
    const remaining = [...this.#pieces];
    let reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;
    return new ReadableStream(
      {
        async pull(controller) {
          for (;;) {
            reader ??= remaining.shift()?.stream().getReader();
            if (!reader) return controller.close();
            const { done, value } = await reader.read();
            if (!done) return controller.enqueue(value);
            reader = undefined;
          }
        },
        cancel: (reason) => reader?.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  }
}
