// Files are uploaded first, one after another as its documentation does, and the submit is JSON that names them.
import { createFalClient } from "@fal-ai/client";

export function createPeer(baseUrl, apiKey) {
  const client = createFalClient({
    credentials: apiKey,
    requestMiddleware: async (request) => ({
      ...request,
      url: request.url.replace(/^https:\/\/[a-z.]+/, `${baseUrl}/fal`),
    }),
  });
  return {
    async submit(fields, files = []) {
      const urls = [];
      for (const file of files) urls.push(await client.storage.upload(file));
      return client.queue.submit("bench/model", { input: { ...fields, image_urls: urls } });
    },
    poll: (requestId) => client.queue.status("bench/model", { requestId }),
    wait: (requestId, pollInterval) =>
      client.queue.subscribeToStatus("bench/model", { requestId, pollInterval }),
  };
}
