import ky from "ky";

const form = new FormData();
form.append("prompt", "a red fox in fresh snow");
const { code, msg, data } = await ky
  .post("https://api.tensorslab.com/v1/images/seedreamv5", {
    headers: { Authorization: `Bearer ${process.env.TENSORSLAB_API_KEY}` },
    body: form,
  })
  .json();
if (code !== 1000) throw new Error(msg);
console.log(data.taskid);
