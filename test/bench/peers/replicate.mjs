// Files are uploaded first, and the submit is JSON that names them.
import Replicate from "replicate";

export function createPeer(baseUrl, apiKey) {
  const client = new Replicate({ auth: apiKey, baseUrl: `${baseUrl}/replicate`, useFileOutput: false });
  return {
    submit: (fields, files) =>
      client.predictions.create({
        model: "bench/model",
        input: { ...fields, ...(files && { images: files }) },
      }),
    poll: (taskid) => client.predictions.get(taskid),
    wait: (id, interval) => client.wait({ id }, { interval }),
  };
}
