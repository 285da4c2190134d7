/** Whether this is `npm start` in this project: a first try, which is to make an image without being told anything. */
export function isTrial(): boolean {
  const { npm_lifecycle_event: script, npm_package_name: project } = process.env;
  return script === "start" && project === "tensorslab-images";
}

export const trialPrompt = "a red fox in fresh snow";
