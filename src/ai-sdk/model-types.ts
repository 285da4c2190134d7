// What the AI SDK expects of an image model of version 3, written down here so that nothing of it is needed at run time.

/** An image to start from: bytes or base64, or a URL. */
export type ImageFile =
  | {
      /** Bytes are given. */
      type: "file";
      /** Media type; the client tells it from the bytes. */
      mediaType: string;
      /** Bytes, or base64 of them. */
      data: string | Uint8Array;
    }
  | {
      /** A URL is given. */
      type: "url";
      /** Where the service fetches it. */
      url: string;
    };

/** Options of one call that `generateImage` makes of a model. */
export interface ImageCallOptions {
  /** The text to draw. */
  prompt: string | undefined;
  /** Number of images. */
  n: number;
  /** Width and height in pixels, such as `2048x2048`. */
  size: string | undefined;
  /** Width to height, such as `16:9`. */
  aspectRatio: string | undefined;
  /** The number that makes images repeatable. */
  seed: number | undefined;
  /** Images to start from. */
  files: readonly ImageFile[] | undefined;
  /** The part of an image to change. */
  mask: ImageFile | undefined;
  /** Options of each provider, by its name. */
  providerOptions: Readonly<Record<string, unknown>>;
  /** Ends the call at once, with the signal's reason. */
  abortSignal?: AbortSignal | undefined;
  /** Headers for the requests to the API. */
  headers?: Readonly<Record<string, string | undefined>> | undefined;
}

/** A note that comes with the images. */
export type ImageWarning =
  | {
      /** Something that was asked for is not done. */
      type: "unsupported";
      /** The option that has no effect. */
      feature: string;
      /** Why, and what to do instead. */
      details: string;
    }
  | {
      /** Anything else. */
      type: "other";
      /** The warning. */
      message: string;
    };

/** Facts of one image, in `providerMetadata.tensorslab.images`. */
export type ImageMetadata = {
  /** The task that the image belongs to. */
  taskid: string;
  /** Where it came from; it may expire. */
  url: string;
};

/** Result of one call that `generateImage` makes of a model. */
export interface ImageCallResult {
  /** The bytes of each image. */
  images: Uint8Array[];
  /** Present if there are no images: then the call must not be repeated. */
  isRetryable?: false;
  /** Options that have no effect, and doubts about the input. */
  warnings: ImageWarning[];
  /** For each image, its task and URL. */
  providerMetadata: {
    /** This provider's. */
    tensorslab: {
      /** One for each image. */
      images: ImageMetadata[];
    };
  };
  /** When the images were there, and of which model. */
  response: {
    /** When the images were there. */
    timestamp: Date;
    /** The model, such as `seedreamv5`. */
    modelId: string;
    /** None: several requests made the images. */
    headers: undefined;
  };
}
