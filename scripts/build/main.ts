// `npm run build`, after the compiler has written the declarations into dist/.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bundle, root } from "./bundle.js";
import { writeNotices } from "./notices.js";
import { packagesOf } from "./packages.js";

const { files, inputs } = await bundle();
for (const { path, contents } of files) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, contents);
}
await writeFile(join(root, "THIRD-PARTY-NOTICES"), writeNotices(await packagesOf(inputs)));
