// A network that is not loopback: passes bytes on, in order, each as many milliseconds later as it was told. Prints its URL.
import { connect, createServer } from "node:net";

const [, , target, delayMs] = process.argv;
const { hostname, port } = new URL(target);

function passOn(from, to) {
  const later = (work) => setTimeout(work, Number(delayMs));
  from.on("data", (chunk) => later(() => to.write(chunk)));
  from.on("end", () => later(() => to.end()));
  from.on("error", () => to.destroy());
}

const relay = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
  const onward = connect({ host: hostname, port: Number(port), allowHalfOpen: true, noDelay: true });
  passOn(socket, onward);
  passOn(onward, socket);
});
relay.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${relay.address().port}`));
