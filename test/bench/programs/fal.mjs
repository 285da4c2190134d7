import { fal } from "@fal-ai/client";

const { request_id } = await fal.queue.submit("fal-ai/flux/dev", {
  input: { prompt: "a red fox in fresh snow" },
});
console.log(request_id);
