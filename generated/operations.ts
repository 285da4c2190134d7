// Generated from spec/ by `npm run generate`. Do not edit: change spec/ and generate again.

/** Where the service is, unless told otherwise. */
export const server = "https://api.tensorslab.com" as const;

/** How the service is told who asks. */
export const authentication = { header: "Authorization", scheme: "Bearer" } as const;

/** Every operation by method and path: its id, its request's media type, and a form's parts, roles and their defaults. */
export const operations = {
  "POST /v1/images/seedreamv5": {
    operationId: "seeDreamV5",
    method: "POST",
    path: "/v1/images/seedreamv5",
    mediaType: "multipart/form-data",
    parts: {
      category: { type: "string", array: false },
      prompt: { type: "string", array: false },
      batchsize: { type: "integer", array: false },
      resolution: { type: "string", array: false },
      sourceImage: { type: "file", array: true },
      imageUrl: { type: "string", array: false },
    },
    roles: { prompt: "prompt", count: "batchsize", size: "resolution" },
    defaults: { count: 1, size: "2K" },
  },
  "POST /v1/images/infobytaskid": {
    operationId: "infoByTaskId",
    method: "POST",
    path: "/v1/images/infobytaskid",
    mediaType: "application/json",
  },
} as const;

/** The operation that makes images, by model. */
export const models = { seedreamv5: "POST /v1/images/seedreamv5" } as const;

/** The operation that reads a task. */
export const statusOperation = "POST /v1/images/infobytaskid" as const;

/** The wire names of what the client reads in answers, by role. */
export const fields = {
  data: "data",
  code: "code",
  message: "msg",
  taskid: "taskid",
  url: "url",
  status: "image_status",
  width: "width",
  height: "height",
  startTime: "starttime",
  prompt: "prompt",
  errorMessage: "error_message",
} as const;

/** The names of the numbers in answers, by role and number. */
export const enums = {
  code: { "1000": "success", "9000": "insufficientCredits", "9999": "failure" },
  status: { "1": "queued", "2": "processing", "3": "completed", "4": "failed" },
} as const;
