import axios from "axios";
import FormData from "form-data";

const form = new FormData();
form.append("prompt", "a red fox in fresh snow");
const { data } = await axios.post("https://api.tensorslab.com/v1/images/seedreamv5", form, {
  headers: { Authorization: `Bearer ${process.env.TENSORSLAB_API_KEY}` },
});
if (data.code !== 1000) throw new Error(data.msg);
console.log(data.data.taskid);
