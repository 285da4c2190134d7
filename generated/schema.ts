// Generated from spec/ by `npm run generate`. Do not edit: change spec/ and generate again.

export interface paths {
  "/v1/images/seedreamv5": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * SeeDreamV5 Lite Image Generation
     * @description Generate images using Volcengine SeeDream V5 Lite model
     */
    post: operations["seeDreamV5"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  "/v1/images/infobytaskid": {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    get?: never;
    put?: never;
    /**
     * Read a task
     * @description Tells how far a task is and, once it is completed, where its images are.
     */
    post: operations["infoByTaskId"];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /** @description General response */
    GeneralResponse: components["schemas"]["BaseResponse"] & {
      data: components["schemas"]["GeneralData"];
    };
    /** @description Base response structure */
    BaseResponse: {
      /** @description Response status code: 1000=Success, 9999=Failure, 9000=Insufficient Credits */
      code: number;
      /** @description Response message */
      msg: string;
    };
    /** @description General data response */
    GeneralData: {
      /** @description Task ID, used for subsequent task status query */
      taskid: string;
      /** @description Generated image URL (returned by some interfaces) */
      url?: string;
    };
    /** @description A task, in the general form of a response */
    ImageInfoResponse: components["schemas"]["BaseResponse"] & {
      data: components["schemas"]["ImageInfoData"];
    };
    /** @description A task */
    ImageInfoData: {
      /** @description Task id */
      taskid: string;
      /** @description How far the task is */
      image_status: number | string;
      /** @description Where the finished images are */
      url?: string[];
      /** @description Width of the images in pixels */
      width?: number;
      /** @description Height of the images in pixels */
      height?: number;
      /** @description When the task started, as `YYYY-MM-DD HH:MM:SS` without a zone */
      starttime?: string;
      /** @description The model's category */
      category?: string;
      /** @description The prompt of the submit */
      prompt?: string;
      /** @description The negative prompt of the submit */
      negative?: string;
      /** @description The seed that was used */
      origseed?: number;
      /** @description Why the task failed */
      error_message?: string;
    };
  };
  responses: never;
  parameters: never;
  requestBodies: never;
  headers: never;
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  seeDreamV5: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "multipart/form-data": {
          /**
           * @description Category identifier, default is seedreamv5
           * @default seedreamv5
           */
          category?: string;
          /** @description Prompt (required) */
          prompt: string;
          /**
           * @description Batch generation quantity, 1-15
           * @default 1
           */
          batchsize?: number;
          /**
           * @description Image resolution.
           * @default 2K
           * @example 2K
           */
          resolution?: string;
          /** @description Source image file */
          sourceImage?: (Blob | File)[];
          /** @description Source image URL */
          imageUrl?: string;
        };
      };
    };
    responses: {
      /** @description Request successful */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["GeneralResponse"];
        };
      };
    };
  };
  infoByTaskId: {
    parameters: {
      query?: never;
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody: {
      content: {
        "application/json": {
          /** @description Task id, from the response to the submit */
          taskid: string;
        };
      };
    };
    responses: {
      /** @description The task, or why it could not be read */
      200: {
        headers: {
          [name: string]: unknown;
        };
        content: {
          "application/json": components["schemas"]["ImageInfoResponse"];
        };
      };
    };
  };
}
