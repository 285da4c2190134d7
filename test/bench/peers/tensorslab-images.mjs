import { createClient } from "tensorslab-images";
import { fileFromPath, saveImages } from "tensorslab-images/node";

export function createPeer(baseUrl, apiKey, { fetch } = {}) {
  const client = createClient({ apiKey, baseUrl, fetch });
  return {
    submit: (fields, files) => client.submit("seedreamv5", { ...fields, sourceImage: files }),
    fileFromPath,
    poll: (taskid) => client.status(taskid),
    wait: (taskid, pollIntervalMs) => client.wait(taskid, { pollIntervalMs }),
    download: (url, folder, name) => saveImages({ taskid: name, urls: [url] }, folder, { fetch }),
  };
}
