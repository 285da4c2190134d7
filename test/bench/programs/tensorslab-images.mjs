import { createClient } from "tensorslab-images";

const client = createClient();
const { taskid } = await client.submit("seedreamv5", { prompt: "a red fox in fresh snow" });
console.log(taskid);
