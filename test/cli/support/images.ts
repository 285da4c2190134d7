import { PNG } from "pngjs";

const png = new PNG({ width: 8, height: 4 });
for (let at = 0; at < png.data.length; at += 4) png.data.set([at, 255 - at, 128, 255], at);

/** A real image of 8 × 4 pixels. */
export const pngBytes = PNG.sync.write(png);
