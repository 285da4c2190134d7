// Generated from spec/ by `npm run generate`. Do not edit: change spec/ and generate again.

/** The service's address, unless another is given. */
export const server = "https://api.tensorslab.com" as const;

/** The header that carries the key, and its scheme. */
export const authentication = { header: "Authorization", scheme: "Bearer" } as const;

const part0 = { type: "file", array: true } as const;

/** The parts of every form that are more than plain text, by the operation that sends it. */
export const forms = { "POST /v1/images/seedreamv5": { sourceImage: part0 } } as const;

/** Every operation by method and path: its id, its request's media type, and a form's parts, roles and their defaults. */
export const operations = {
  "POST /v1/images/seedreamv5": {
    operationId: "seeDreamV5",
    method: "POST",
    path: "/v1/images/seedreamv5",
    mediaType: "multipart/form-data",
    roles: {
      prompt: "prompt",
      count: "batchsize",
      size: "resolution",
      files: "sourceImage",
      address: "imageUrl",
    },
    defaults: { count: 1, size: "2K" },
    parts: {
      category: { type: "string", array: false },
      prompt: { type: "string", array: false },
      batchsize: { type: "integer", array: false },
      resolution: { type: "string", array: false },
      sourceImage: part0,
      imageUrl: { type: "string", array: false },
    },
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

/** The model that is used where none is named. */
export const defaultModel = "seedreamv5" as const;

/** The operation that reads a task. */
export const statusOperation = "POST /v1/images/infobytaskid" as const;

/** The wire names of the fields of responses that the client reads, by role. */
export const fields = {
  code: "code",
  message: "msg",
  data: "data",
  taskid: "taskid",
  url: "url",
  status: "image_status",
  errorMessage: "error_message",
  prompt: "prompt",
  startTime: "starttime",
  width: "width",
  height: "height",
} as const;

/** The names of the values of those fields, by role and value. */
export const enums = {
  code: { "1000": "success", "9000": "insufficientCredits", "9999": "failure" },
  status: { "1": "queued", "2": "processing", "3": "completed", "4": "failed" },
} as const;

/** Input that the service may not handle as intended, by operation: a reason to warn, never to refuse. */
export const advice = {
  "POST /v1/images/seedreamv5": [
    {
      field: "resolution",
      pattern: "^([2-4]K|\\d+[:x*×]\\d+)$",
      message: "should be like 2K, 16:9 or 2560x1440",
    },
    {
      field: "resolution",
      pixels: { minimum: 3686400, maximum: 10404496 },
      message: "should have 3,686,400 to 10,404,496 pixels",
    },
    {
      field: "resolution",
      aspect: { minimum: 0.0625, maximum: 16 },
      message: "should be between 1:16 and 16:1",
    },
    { field: "sourceImage", maxItems: 14, message: "should have at most 14 images" },
    {
      field: "sourceImage",
      plus: "batchsize",
      maximum: 15,
      message: "should have, with batchsize, at most 15 images",
      default: 1,
    },
    { field: "sourceImage", maxBytes: 10485760, message: "should have at most 10 MiB" },
    {
      field: "sourceImage",
      mediaTypes: ["image/jpeg", "image/png", "image/webp", "image/bmp", "image/tiff", "image/gif"],
      message: "should be JPEG, PNG, WEBP, BMP, TIFF or GIF",
    },
    { field: "sourceImage", without: "imageUrl", message: "should not be given with imageUrl" },
  ],
} as const;
