const form = new FormData();
form.append("prompt", "a red fox in fresh snow");
const response = await fetch("https://api.tensorslab.com/v1/images/seedreamv5", {
  method: "POST",
  headers: { Authorization: `Bearer ${process.env.TENSORSLAB_API_KEY}` },
  body: form,
});
const { code, msg, data } = /** @type {{ code: number, msg: string, data: { taskid: string } }} */ (
  await response.json()
);
if (code !== 1000) throw new Error(msg);
console.log(data.taskid);
