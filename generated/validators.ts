// Generated from spec/ by `npm run generate`. Do not edit: change spec/ and generate again.

// @ts-nocheck: compiled code; what it exports is declared at the end
// prettier-ignore
// scripts/generate/read-as.ts
function readAs(value, types) {
  if (typeof value === types) return value;
  const names = types.split(" ");
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  const isExact = (name) => name === kind || name === "integer" && Number.isInteger(value);
  if (names.some(isExact)) return value;
  if (kind === "object" || kind === "array" || kind === "null") return void 0;
  for (const name of names) {
    const number = typeof value === "string" && value.trim() ? Number(value) : NaN;
    if (name === "number" ? Number.isFinite(number) : name === "integer" && Number.isInteger(number))
      return number;
    if (name === "boolean" && (value === "true" || value === "false")) return value === "true";
    if (name === "string") return String(value);
    if (name === "array") return [value];
  }
  return void 0;
}

// compiled:requests
var check0 = validate21;
var pattern0 = new RegExp("\\S", "u");
var pattern1 = new RegExp("^[Hh][Tt][Tt][Pp][Ss]?://[^\\s/?#]\\S*$", "u");
function validate21(data, { instancePath = "" } = {}) {
  ;
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.prompt === void 0) {
      errors = (vErrors ??= []).push({ path: instancePath, field: "prompt", message: "is required" });
    }
    for (const key0 in data) {
      if (!(key0 === "category" || key0 === "prompt" || key0 === "batchsize" || key0 === "resolution" || key0 === "sourceImage" || key0 === "imageUrl")) {
        errors = (vErrors ??= []).push({ path: instancePath, field: key0, message: "is not a field of this operation" });
      }
    }
    if (data.category !== void 0) {
      if (typeof data.category !== "string") {
        errors = (vErrors ??= []).push({ path: instancePath + "/category", message: "must be string" });
      }
    }
    if (data.prompt !== void 0) {
      let data1 = data.prompt;
      if (typeof data1 === "string") {
        if (!pattern0.test(data1)) {
          errors = (vErrors ??= []).push({ path: instancePath + "/prompt", message: "must not be blank" });
        }
      } else {
        errors = (vErrors ??= []).push({ path: instancePath + "/prompt", message: "must be string" });
      }
    }
    if (data.batchsize !== void 0) {
      let data2 = data.batchsize;
      if (!(typeof data2 == "number" && (!(data2 % 1) && !isNaN(data2)))) {
        errors = (vErrors ??= []).push({ path: instancePath + "/batchsize", message: "must be integer" });
      }
      if (typeof data2 == "number") {
        if (data2 > 15 || isNaN(data2)) {
          errors = (vErrors ??= []).push({ path: instancePath + "/batchsize", message: "must be <= 15" });
        }
        if (data2 < 1 || isNaN(data2)) {
          errors = (vErrors ??= []).push({ path: instancePath + "/batchsize", message: "must be >= 1" });
        }
      }
    }
    if (data.resolution !== void 0) {
      if (typeof data.resolution !== "string") {
        errors = (vErrors ??= []).push({ path: instancePath + "/resolution", message: "must be string" });
      }
    }
    if (data.sourceImage !== void 0) {
      let data4 = data.sourceImage;
      if (Array.isArray(data4)) {
        const len0 = data4.length;
        for (let i0 = 0; i0 < len0; i0++) {
          let data5 = data4[i0];
          if (!(data5 instanceof Blob || data5 instanceof ArrayBuffer || ArrayBuffer.isView(data5))) {
            errors = (vErrors ??= []).push({ path: instancePath + "/sourceImage/" + i0, message: "must be a Blob, a File, an ArrayBuffer or a typed array" });
          }
        }
      } else {
        errors = (vErrors ??= []).push({ path: instancePath + "/sourceImage", message: "must be array" });
      }
    }
    if (data.imageUrl !== void 0) {
      let data6 = data.imageUrl;
      if (typeof data6 === "string") {
        if (!pattern1.test(data6)) {
          errors = (vErrors ??= []).push({ path: instancePath + "/imageUrl", message: "must be an http or https URL" });
        }
      } else {
        errors = (vErrors ??= []).push({ path: instancePath + "/imageUrl", message: "must be string" });
      }
    }
  } else {
    errors = (vErrors ??= []).push({ path: instancePath, message: "must be object" });
  }
  validate21.errors = vErrors;
  return errors === 0;
}
var check1 = validate22;
var func2 = (text) => [...text].length;
function validate22(data, { instancePath = "" } = {}) {
  ;
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.taskid === void 0) {
      errors = (vErrors ??= []).push({ path: instancePath, field: "taskid", message: "is required" });
    }
    for (const key0 in data) {
      if (!(key0 === "taskid")) {
        errors = (vErrors ??= []).push({ path: instancePath, field: key0, message: "is not a field of this operation" });
      }
    }
    if (data.taskid !== void 0) {
      let data0 = data.taskid;
      if (typeof data0 === "string") {
        if (func2(data0) < 1) {
          errors = (vErrors ??= []).push({ path: instancePath + "/taskid", message: "must NOT have fewer than 1 characters" });
        }
      } else {
        errors = (vErrors ??= []).push({ path: instancePath + "/taskid", message: "must be string" });
      }
    }
  } else {
    errors = (vErrors ??= []).push({ path: instancePath, message: "must be object" });
  }
  validate22.errors = vErrors;
  return errors === 0;
}
var checks = { "POST /v1/images/seedreamv5": check0, "POST /v1/images/infobytaskid": check1 };

// compiled:responses
var check02 = validate212;
var func22 = readAs;
function validate222(data, { instancePath = "" } = {}) {
  ;
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.code === void 0) {
      errors = (vErrors ??= []).push({ path: instancePath, field: "code", message: "is required" });
    }
    if (data.msg === void 0) {
      errors = (vErrors ??= []).push({ path: instancePath, field: "msg", message: "is required" });
    }
    if (data.code !== void 0) {
      let data0 = data.code;
      const read0 = func22(data0, "integer");
      if (!(read0 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/code", message: "must be integer" });
      } else {
        if (read0 !== data0 && data) {
          data0 = read0;
          data["code"] = read0;
        }
      }
    }
    if (data.msg !== void 0) {
      let data1 = data.msg;
      const read1 = func22(data1, "string");
      if (!(read1 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/msg", message: "must be string" });
      } else {
        if (read1 !== data1 && data) {
          data1 = read1;
          data["msg"] = read1;
        }
      }
    }
  } else {
    errors = (vErrors ??= []).push({ path: instancePath, message: "must be object" });
  }
  validate222.errors = vErrors;
  return errors === 0;
}
var func5 = (text) => [...text].length;
function validate24(data, { instancePath = "" } = {}) {
  ;
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.taskid === void 0) {
      errors = (vErrors ??= []).push({ path: instancePath, field: "taskid", message: "is required" });
    }
    if (data.taskid !== void 0) {
      let data0 = data.taskid;
      const read0 = func22(data0, "string");
      if (!(read0 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/taskid", message: "must be string" });
      } else {
        if (read0 !== data0 && data) {
          data0 = read0;
          data["taskid"] = read0;
        }
      }
      if (typeof data0 === "string") {
        if (func5(data0) < 1) {
          errors = (vErrors ??= []).push({ path: instancePath + "/taskid", message: "must NOT have fewer than 1 characters" });
        }
      }
    }
    if (data.url !== void 0) {
      let data1 = data.url;
      const read1 = func22(data1, "string");
      if (!(read1 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/url", message: "must be string" });
      } else {
        if (read1 !== data1 && data) {
          data1 = read1;
          data["url"] = read1;
        }
      }
    }
  } else {
    errors = (vErrors ??= []).push({ path: instancePath, message: "must be object" });
  }
  validate24.errors = vErrors;
  return errors === 0;
}
function validate212(data, { instancePath = "" } = {}) {
  ;
  let vErrors = null;
  let errors = 0;
  if (!(data && typeof data == "object" && !Array.isArray(data))) {
    errors = (vErrors ??= []).push({ path: instancePath, message: "must be object" });
  }
  if (!validate222(data, { instancePath })) {
    vErrors = vErrors === null ? validate222.errors : vErrors.concat(validate222.errors);
    errors = vErrors.length;
  }
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.data === void 0) {
      errors = (vErrors ??= []).push({ path: instancePath, field: "data", message: "is required" });
    }
    if (data.data !== void 0) {
      if (!validate24(data.data, { instancePath: instancePath + "/data" })) {
        vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
        errors = vErrors.length;
      }
    }
  } else {
    errors = (vErrors ??= []).push({ path: instancePath, message: "must be object" });
  }
  validate212.errors = vErrors;
  return errors === 0;
}
var check12 = validate26;
function validate28(data, { instancePath = "" } = {}) {
  ;
  let vErrors = null;
  let errors = 0;
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.taskid === void 0) {
      errors = (vErrors ??= []).push({ path: instancePath, field: "taskid", message: "is required" });
    }
    if (data.image_status === void 0) {
      errors = (vErrors ??= []).push({ path: instancePath, field: "image_status", message: "is required" });
    }
    if (data.taskid !== void 0) {
      let data0 = data.taskid;
      const read0 = func22(data0, "string");
      if (!(read0 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/taskid", message: "must be string" });
      } else {
        if (read0 !== data0 && data) {
          data0 = read0;
          data["taskid"] = read0;
        }
      }
      if (typeof data0 === "string") {
        if (func5(data0) < 1) {
          errors = (vErrors ??= []).push({ path: instancePath + "/taskid", message: "must NOT have fewer than 1 characters" });
        }
      }
    }
    if (data.image_status !== void 0) {
      let data1 = data.image_status;
      const _errs4 = errors;
      let valid2 = false;
      const _errs5 = errors;
      const read1 = func22(data1, "integer");
      if (!(read1 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/image_status", message: "must be integer" });
      } else {
        if (read1 !== data1 && data) {
          data1 = read1;
          data["image_status"] = read1;
        }
      }
      var _valid0 = _errs5 === errors;
      valid2 = valid2 || _valid0;
      if (!valid2) {
        const _errs6 = errors;
        const read2 = func22(data1, "string");
        if (!(read2 !== void 0)) {
          errors = (vErrors ??= []).push({ path: instancePath + "/image_status", message: "must be string" });
        } else {
          if (read2 !== data1 && data) {
            data1 = read2;
            data["image_status"] = read2;
          }
        }
        var _valid0 = _errs6 === errors;
        valid2 = valid2 || _valid0;
      }
      if (!valid2) {
        errors = (vErrors ??= []).push({ path: instancePath + "/image_status", message: "must match a schema in anyOf" });
      } else {
        errors = _errs4;
        if (vErrors !== null) {
          if (_errs4) {
            vErrors.length = _errs4;
          } else {
            vErrors = null;
          }
        }
      }
    }
    if (data.url !== void 0) {
      let data2 = data.url;
      const read3 = func22(data2, "array");
      if (!(read3 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/url", message: "must be array" });
      } else {
        if (read3 !== data2 && data) {
          data2 = read3;
          data["url"] = read3;
        }
      }
      if (Array.isArray(data2)) {
        const len0 = data2.length;
        for (let i0 = 0; i0 < len0; i0++) {
          let data3 = data2[i0];
          const read4 = func22(data3, "string");
          if (!(read4 !== void 0)) {
            errors = (vErrors ??= []).push({ path: instancePath + "/url/" + i0, message: "must be string" });
          } else {
            if (read4 !== data3 && data2) {
              data3 = read4;
              data2[i0] = read4;
            }
          }
        }
      }
    }
    if (data.width !== void 0) {
      let data4 = data.width;
      const read5 = func22(data4, "integer");
      if (!(read5 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/width", message: "must be integer" });
      } else {
        if (read5 !== data4 && data) {
          data4 = read5;
          data["width"] = read5;
        }
      }
    }
    if (data.height !== void 0) {
      let data5 = data.height;
      const read6 = func22(data5, "integer");
      if (!(read6 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/height", message: "must be integer" });
      } else {
        if (read6 !== data5 && data) {
          data5 = read6;
          data["height"] = read6;
        }
      }
    }
    if (data.starttime !== void 0) {
      let data6 = data.starttime;
      const read7 = func22(data6, "string");
      if (!(read7 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/starttime", message: "must be string" });
      } else {
        if (read7 !== data6 && data) {
          data6 = read7;
          data["starttime"] = read7;
        }
      }
    }
    if (data.category !== void 0) {
      let data7 = data.category;
      const read8 = func22(data7, "string");
      if (!(read8 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/category", message: "must be string" });
      } else {
        if (read8 !== data7 && data) {
          data7 = read8;
          data["category"] = read8;
        }
      }
    }
    if (data.prompt !== void 0) {
      let data8 = data.prompt;
      const read9 = func22(data8, "string");
      if (!(read9 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/prompt", message: "must be string" });
      } else {
        if (read9 !== data8 && data) {
          data8 = read9;
          data["prompt"] = read9;
        }
      }
    }
    if (data.negative !== void 0) {
      let data9 = data.negative;
      const read10 = func22(data9, "string");
      if (!(read10 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/negative", message: "must be string" });
      } else {
        if (read10 !== data9 && data) {
          data9 = read10;
          data["negative"] = read10;
        }
      }
    }
    if (data.origseed !== void 0) {
      let data10 = data.origseed;
      const read11 = func22(data10, "integer");
      if (!(read11 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/origseed", message: "must be integer" });
      } else {
        if (read11 !== data10 && data) {
          data10 = read11;
          data["origseed"] = read11;
        }
      }
    }
    if (data.error_message !== void 0) {
      let data11 = data.error_message;
      const read12 = func22(data11, "string");
      if (!(read12 !== void 0)) {
        errors = (vErrors ??= []).push({ path: instancePath + "/error_message", message: "must be string" });
      } else {
        if (read12 !== data11 && data) {
          data11 = read12;
          data["error_message"] = read12;
        }
      }
    }
  } else {
    errors = (vErrors ??= []).push({ path: instancePath, message: "must be object" });
  }
  validate28.errors = vErrors;
  return errors === 0;
}
function validate26(data, { instancePath = "" } = {}) {
  ;
  let vErrors = null;
  let errors = 0;
  if (!(data && typeof data == "object" && !Array.isArray(data))) {
    errors = (vErrors ??= []).push({ path: instancePath, message: "must be object" });
  }
  if (!validate222(data, { instancePath })) {
    vErrors = vErrors === null ? validate222.errors : vErrors.concat(validate222.errors);
    errors = vErrors.length;
  }
  if (data && typeof data == "object" && !Array.isArray(data)) {
    if (data.data === void 0) {
      errors = (vErrors ??= []).push({ path: instancePath, field: "data", message: "is required" });
    }
    if (data.data !== void 0) {
      if (!validate28(data.data, { instancePath: instancePath + "/data" })) {
        vErrors = vErrors === null ? validate28.errors : vErrors.concat(validate28.errors);
        errors = vErrors.length;
      }
    }
  } else {
    errors = (vErrors ??= []).push({ path: instancePath, message: "must be object" });
  }
  validate26.errors = vErrors;
  return errors === 0;
}
var checks2 = { "POST /v1/images/seedreamv5": check02, "POST /v1/images/infobytaskid": check12 };

// <stdin>
var compiledRequests = checks;
var compiledResponses = checks2;

/** A fault that a check found: where (a JSON pointer into the data, and a field that is missing or too many there), and why. */
export interface CheckError {
  path: string;
  field?: string;
  message: string;
}

/** A compiled schema: tells whether data keeps to it; `errors` holds what the last call found. */
export interface Check {
  (data: unknown): boolean;
  errors?: CheckError[] | null;
}

/** The checks of requests, by operation. */
export const requests: Readonly<Record<string, Check>> = compiledRequests;

/** The checks of successful responses, by operation; types are coerced in place. */
export const responses: Readonly<Record<string, Check>> = compiledResponses;
