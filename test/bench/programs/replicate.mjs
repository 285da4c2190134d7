import Replicate from "replicate";

const client = new Replicate();
const { id } = await client.predictions.create({
  model: "bytedance/seedream-4",
  input: { prompt: "a red fox in fresh snow" },
});
console.log(id);
