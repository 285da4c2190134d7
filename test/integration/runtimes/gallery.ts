import type * as Library from "../../../src/index.js";
import type { ClientOptions } from "../../../src/index.js";

/** The page's program: takes the pictures that were picked, and shows the images that come of them. */
export function openGallery({ createClient, downloadImage }: typeof Library, options: ClientOptions): void {
  const client = createClient(options);
  const form = document.querySelector("form")!;
  const status = document.querySelector("[role=status]")!;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const fields = new FormData(form);
    const prompt = fields.get("prompt") as string;
    const sourceImage = fields.getAll("pictures") as File[];
    client
      .generate(
        "seedreamv5",
        { prompt, sourceImage, batchsize: 2, resolution: "640x400" },
        { pollIntervalMs: 50, onStatus: (task) => void (status.textContent = task.status) },
      )
      .then(async ({ urls }) => {
        for (const url of urls) {
          const image = new Image();
          image.src = URL.createObjectURL(await downloadImage(url));
          await image.decode();
          document.querySelector("output")!.append(image);
        }
        status.textContent = `${urls.length} images of ${sourceImage.length} pictures`;
      })
      .catch((error: unknown) => (status.textContent = String(error)));
  });
}
