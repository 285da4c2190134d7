import { env } from "node:process";

// The command obeys these, so a machine that sets them must not decide what a test sees; a test that is about one sets it.
const names = ["CI", "COLUMNS", "FORCE_COLOR", "NO_COLOR", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "TMUX"];
for (const name of Object.keys(env)) {
  if (names.includes(name.toUpperCase()) || name.startsWith("TENSORSLAB_")) delete env[name];
}
env.TERM = "xterm";

// Node loads its fetch when this is named. A copy of undici that a test imports before would lend it its connections.
void globalThis.Response;
