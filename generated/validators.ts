// Generated from spec/ by `npm run generate`. Do not edit: change spec/ and generate again.

// @ts-nocheck: compiled code; what it exports is declared at the end
// prettier-ignore
var compiled = (() => {
  var __defProp = Object.defineProperty;
  var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
  var __getOwnPropNames = Object.getOwnPropertyNames;
  var __hasOwnProp = Object.prototype.hasOwnProperty;
  var __commonJS = (cb, mod) => function __require() {
    try {
      return mod || (0, cb[__getOwnPropNames(cb)[0]])((mod = { exports: {} }).exports, mod), mod.exports;
    } catch (e) {
      throw mod = 0, e;
    }
  };
  var __export = (target, all) => {
    for (var name in all)
      __defProp(target, name, { get: all[name], enumerable: true });
  };
  var __copyProps = (to, from, except, desc) => {
    if (from && typeof from === "object" || typeof from === "function") {
      for (let key of __getOwnPropNames(from))
        if (!__hasOwnProp.call(to, key) && key !== except)
          __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
    }
    return to;
  };
  var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);

  // node_modules/ajv/dist/runtime/ucs2length.js
  var require_ucs2length = __commonJS({
    "node_modules/ajv/dist/runtime/ucs2length.js"(exports) {
      "use strict";
      Object.defineProperty(exports, "__esModule", { value: true });
      function ucs2length(str) {
        const len = str.length;
        let length = 0;
        let pos = 0;
        let value;
        while (pos < len) {
          length++;
          value = str.charCodeAt(pos++);
          if (value >= 55296 && value <= 56319 && pos < len) {
            value = str.charCodeAt(pos);
            if ((value & 64512) === 56320)
              pos++;
          }
        }
        return length;
      }
      exports.default = ucs2length;
      ucs2length.code = 'require("ajv/dist/runtime/ucs2length").default';
    }
  });

  // <stdin>
  var stdin_exports = {};
  __export(stdin_exports, {
    answers: () => checks2,
    requests: () => checks
  });

  // compiled:requests
  var check0 = validate21;
  var func2 = require_ucs2length().default;
  function validate21(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    ;
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == "object" && !Array.isArray(data)) {
      if (data.prompt === void 0) {
        const err0 = { instancePath, keyword: "required", params: { missingProperty: "prompt" }, message: "must have required property 'prompt'" };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(key0 === "category" || key0 === "prompt" || key0 === "batchsize" || key0 === "resolution" || key0 === "sourceImage" || key0 === "imageUrl")) {
          const err1 = { instancePath, keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.category !== void 0) {
        if (typeof data.category !== "string") {
          const err2 = { instancePath: instancePath + "/category", keyword: "type", params: { type: "string" }, message: "must be string" };
          if (vErrors === null) {
            vErrors = [err2];
          } else {
            vErrors.push(err2);
          }
          errors++;
        }
      }
      if (data.prompt !== void 0) {
        let data1 = data.prompt;
        if (typeof data1 === "string") {
          if (func2(data1) < 1) {
            const err3 = { instancePath: instancePath + "/prompt", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
            if (vErrors === null) {
              vErrors = [err3];
            } else {
              vErrors.push(err3);
            }
            errors++;
          }
        } else {
          const err4 = { instancePath: instancePath + "/prompt", keyword: "type", params: { type: "string" }, message: "must be string" };
          if (vErrors === null) {
            vErrors = [err4];
          } else {
            vErrors.push(err4);
          }
          errors++;
        }
      }
      if (data.batchsize !== void 0) {
        let data2 = data.batchsize;
        if (!(typeof data2 == "number" && (!(data2 % 1) && !isNaN(data2)))) {
          const err5 = { instancePath: instancePath + "/batchsize", keyword: "type", params: { type: "integer" }, message: "must be integer" };
          if (vErrors === null) {
            vErrors = [err5];
          } else {
            vErrors.push(err5);
          }
          errors++;
        }
        if (typeof data2 == "number") {
          if (data2 > 15 || isNaN(data2)) {
            const err6 = { instancePath: instancePath + "/batchsize", keyword: "maximum", params: { comparison: "<=", limit: 15 }, message: "must be <= 15" };
            if (vErrors === null) {
              vErrors = [err6];
            } else {
              vErrors.push(err6);
            }
            errors++;
          }
          if (data2 < 1 || isNaN(data2)) {
            const err7 = { instancePath: instancePath + "/batchsize", keyword: "minimum", params: { comparison: ">=", limit: 1 }, message: "must be >= 1" };
            if (vErrors === null) {
              vErrors = [err7];
            } else {
              vErrors.push(err7);
            }
            errors++;
          }
        }
      }
      if (data.resolution !== void 0) {
        if (typeof data.resolution !== "string") {
          const err8 = { instancePath: instancePath + "/resolution", keyword: "type", params: { type: "string" }, message: "must be string" };
          if (vErrors === null) {
            vErrors = [err8];
          } else {
            vErrors.push(err8);
          }
          errors++;
        }
      }
      if (data.sourceImage !== void 0) {
        let data4 = data.sourceImage;
        if (Array.isArray(data4)) {
          const len0 = data4.length;
          for (let i0 = 0; i0 < len0; i0++) {
            let data5 = data4[i0];
            if (!(data5 instanceof Blob || data5 instanceof ArrayBuffer || ArrayBuffer.isView(data5))) {
              const err9 = { instancePath: instancePath + "/sourceImage/" + i0, keyword: "binaryPart", params: {}, message: "must be a Blob, a File, an ArrayBuffer or a typed array" };
              if (vErrors === null) {
                vErrors = [err9];
              } else {
                vErrors.push(err9);
              }
              errors++;
            }
          }
        } else {
          const err10 = { instancePath: instancePath + "/sourceImage", keyword: "type", params: { type: "array" }, message: "must be array" };
          if (vErrors === null) {
            vErrors = [err10];
          } else {
            vErrors.push(err10);
          }
          errors++;
        }
      }
      if (data.imageUrl !== void 0) {
        if (typeof data.imageUrl !== "string") {
          const err11 = { instancePath: instancePath + "/imageUrl", keyword: "type", params: { type: "string" }, message: "must be string" };
          if (vErrors === null) {
            vErrors = [err11];
          } else {
            vErrors.push(err11);
          }
          errors++;
        }
      }
    } else {
      const err12 = { instancePath, keyword: "type", params: { type: "object" }, message: "must be object" };
      if (vErrors === null) {
        vErrors = [err12];
      } else {
        vErrors.push(err12);
      }
      errors++;
    }
    validate21.errors = vErrors;
    return errors === 0;
  }
  var check1 = validate22;
  function validate24(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    let vErrors = null;
    let errors = 0;
    if (data && typeof data == "object" && !Array.isArray(data)) {
      if (data.taskid === void 0) {
        const err0 = { instancePath, keyword: "required", params: { missingProperty: "taskid" }, message: "must have required property 'taskid'" };
        if (vErrors === null) {
          vErrors = [err0];
        } else {
          vErrors.push(err0);
        }
        errors++;
      }
      for (const key0 in data) {
        if (!(key0 === "taskid")) {
          const err1 = { instancePath, keyword: "additionalProperties", params: { additionalProperty: key0 }, message: "must NOT have additional properties" };
          if (vErrors === null) {
            vErrors = [err1];
          } else {
            vErrors.push(err1);
          }
          errors++;
        }
      }
      if (data.taskid !== void 0) {
        let data0 = data.taskid;
        if (typeof data0 === "string") {
          if (func2(data0) < 1) {
            const err2 = { instancePath: instancePath + "/taskid", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" };
            if (vErrors === null) {
              vErrors = [err2];
            } else {
              vErrors.push(err2);
            }
            errors++;
          }
        } else {
          const err3 = { instancePath: instancePath + "/taskid", keyword: "type", params: { type: "string" }, message: "must be string" };
          if (vErrors === null) {
            vErrors = [err3];
          } else {
            vErrors.push(err3);
          }
          errors++;
        }
      }
    } else {
      const err4 = { instancePath, keyword: "type", params: { type: "object" }, message: "must be object" };
      if (vErrors === null) {
        vErrors = [err4];
      } else {
        vErrors.push(err4);
      }
      errors++;
    }
    validate24.errors = vErrors;
    return errors === 0;
  }
  function validate22(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    ;
    let vErrors = null;
    let errors = 0;
    if (!validate24(data, { instancePath, parentData, parentDataProperty, rootData })) {
      vErrors = vErrors === null ? validate24.errors : vErrors.concat(validate24.errors);
      errors = vErrors.length;
    }
    validate22.errors = vErrors;
    return errors === 0;
  }
  var checks = { "POST /v1/images/seedreamv5": check0, "POST /v1/images/infobytaskid": check1 };

  // compiled:answers
  var check02 = validate212;
  var schema9 = { "type": "object", "properties": { "code": { "type": "integer", "anyOf": [{ "type": "integer", "enum": [1e3, 9e3, 9999] }, { "type": "integer" }] }, "msg": { "type": "string" } }, "required": ["code", "msg"] };
  function validate242(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    let vErrors = null;
    let errors = 0;
    if (errors === 0) {
      if (data && typeof data == "object" && !Array.isArray(data)) {
        let missing0;
        if (data.code === void 0 && (missing0 = "code") || data.msg === void 0 && (missing0 = "msg")) {
          validate242.errors = [{ instancePath, keyword: "required", params: { missingProperty: missing0 }, message: "must have required property '" + missing0 + "'" }];
          return false;
        } else {
          if (data.code !== void 0) {
            let data0 = data.code;
            const _errs1 = errors;
            if (!(typeof data0 == "number" && (!(data0 % 1) && !isNaN(data0)))) {
              let dataType0 = typeof data0;
              let coerced0 = void 0;
              if (dataType0 == "object" && Array.isArray(data0) && data0.length == 1) {
                data0 = data0[0];
                dataType0 = typeof data0;
                if (typeof data0 == "number" && (!(data0 % 1) && !isNaN(data0))) {
                  coerced0 = data0;
                }
              }
              if (!(coerced0 !== void 0)) {
                if (dataType0 === "boolean" || data0 === null || dataType0 === "string" && data0 && data0 == +data0 && !(data0 % 1)) {
                  coerced0 = +data0;
                } else {
                  validate242.errors = [{ instancePath: instancePath + "/code", keyword: "type", params: { type: "integer" }, message: "must be integer" }];
                  return false;
                }
              }
              if (coerced0 !== void 0) {
                data0 = coerced0;
                if (data !== void 0) {
                  data["code"] = coerced0;
                }
              }
            }
            const _errs3 = errors;
            let valid1 = false;
            const _errs4 = errors;
            if (!(typeof data0 == "number" && (!(data0 % 1) && !isNaN(data0)))) {
              let dataType1 = typeof data0;
              let coerced1 = void 0;
              if (dataType1 == "object" && Array.isArray(data0) && data0.length == 1) {
                data0 = data0[0];
                dataType1 = typeof data0;
                if (typeof data0 == "number" && (!(data0 % 1) && !isNaN(data0))) {
                  coerced1 = data0;
                }
              }
              if (!(coerced1 !== void 0)) {
                if (dataType1 === "boolean" || data0 === null || dataType1 === "string" && data0 && data0 == +data0 && !(data0 % 1)) {
                  coerced1 = +data0;
                } else {
                  const err0 = { instancePath: instancePath + "/code", keyword: "type", params: { type: "integer" }, message: "must be integer" };
                  if (vErrors === null) {
                    vErrors = [err0];
                  } else {
                    vErrors.push(err0);
                  }
                  errors++;
                }
              }
              if (coerced1 !== void 0) {
                data0 = coerced1;
                if (data !== void 0) {
                  data["code"] = coerced1;
                }
              }
            }
            if (!(data0 === 1e3 || data0 === 9e3 || data0 === 9999)) {
              const err1 = { instancePath: instancePath + "/code", keyword: "enum", params: { allowedValues: schema9.properties.code.anyOf[0].enum }, message: "must be equal to one of the allowed values" };
              if (vErrors === null) {
                vErrors = [err1];
              } else {
                vErrors.push(err1);
              }
              errors++;
            }
            var _valid0 = _errs4 === errors;
            valid1 = valid1 || _valid0;
            if (!valid1) {
              const _errs6 = errors;
              if (!(typeof data0 == "number" && (!(data0 % 1) && !isNaN(data0)))) {
                let dataType2 = typeof data0;
                let coerced2 = void 0;
                if (dataType2 == "object" && Array.isArray(data0) && data0.length == 1) {
                  data0 = data0[0];
                  dataType2 = typeof data0;
                  if (typeof data0 == "number" && (!(data0 % 1) && !isNaN(data0))) {
                    coerced2 = data0;
                  }
                }
                if (!(coerced2 !== void 0)) {
                  if (dataType2 === "boolean" || data0 === null || dataType2 === "string" && data0 && data0 == +data0 && !(data0 % 1)) {
                    coerced2 = +data0;
                  } else {
                    const err2 = { instancePath: instancePath + "/code", keyword: "type", params: { type: "integer" }, message: "must be integer" };
                    if (vErrors === null) {
                      vErrors = [err2];
                    } else {
                      vErrors.push(err2);
                    }
                    errors++;
                  }
                }
                if (coerced2 !== void 0) {
                  data0 = coerced2;
                  if (data !== void 0) {
                    data["code"] = coerced2;
                  }
                }
              }
              var _valid0 = _errs6 === errors;
              valid1 = valid1 || _valid0;
            }
            if (!valid1) {
              const err3 = { instancePath: instancePath + "/code", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
              if (vErrors === null) {
                vErrors = [err3];
              } else {
                vErrors.push(err3);
              }
              errors++;
              validate242.errors = vErrors;
              return false;
            } else {
              errors = _errs3;
              if (vErrors !== null) {
                if (_errs3) {
                  vErrors.length = _errs3;
                } else {
                  vErrors = null;
                }
              }
            }
            var valid0 = _errs1 === errors;
          } else {
            var valid0 = true;
          }
          if (valid0) {
            if (data.msg !== void 0) {
              let data1 = data.msg;
              const _errs8 = errors;
              if (typeof data1 !== "string") {
                let dataType3 = typeof data1;
                let coerced3 = void 0;
                if (dataType3 == "object" && Array.isArray(data1) && data1.length == 1) {
                  data1 = data1[0];
                  dataType3 = typeof data1;
                  if (typeof data1 === "string") {
                    coerced3 = data1;
                  }
                }
                if (!(coerced3 !== void 0)) {
                  if (dataType3 == "number" || dataType3 == "boolean") {
                    coerced3 = "" + data1;
                  } else if (data1 === null) {
                    coerced3 = "";
                  } else {
                    validate242.errors = [{ instancePath: instancePath + "/msg", keyword: "type", params: { type: "string" }, message: "must be string" }];
                    return false;
                  }
                }
                if (coerced3 !== void 0) {
                  data1 = coerced3;
                  if (data !== void 0) {
                    data["msg"] = coerced3;
                  }
                }
              }
              var valid0 = _errs8 === errors;
            } else {
              var valid0 = true;
            }
          }
        }
      } else {
        validate242.errors = [{ instancePath, keyword: "type", params: { type: "object" }, message: "must be object" }];
        return false;
      }
    }
    validate242.errors = vErrors;
    return errors === 0;
  }
  var func22 = require_ucs2length().default;
  function validate26(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    let vErrors = null;
    let errors = 0;
    if (errors === 0) {
      if (data && typeof data == "object" && !Array.isArray(data)) {
        let missing0;
        if (data.taskid === void 0 && (missing0 = "taskid")) {
          validate26.errors = [{ instancePath, keyword: "required", params: { missingProperty: missing0 }, message: "must have required property '" + missing0 + "'" }];
          return false;
        } else {
          if (data.taskid !== void 0) {
            let data0 = data.taskid;
            const _errs1 = errors;
            if (typeof data0 !== "string") {
              let dataType0 = typeof data0;
              let coerced0 = void 0;
              if (dataType0 == "object" && Array.isArray(data0) && data0.length == 1) {
                data0 = data0[0];
                dataType0 = typeof data0;
                if (typeof data0 === "string") {
                  coerced0 = data0;
                }
              }
              if (!(coerced0 !== void 0)) {
                if (dataType0 == "number" || dataType0 == "boolean") {
                  coerced0 = "" + data0;
                } else if (data0 === null) {
                  coerced0 = "";
                } else {
                  validate26.errors = [{ instancePath: instancePath + "/taskid", keyword: "type", params: { type: "string" }, message: "must be string" }];
                  return false;
                }
              }
              if (coerced0 !== void 0) {
                data0 = coerced0;
                if (data !== void 0) {
                  data["taskid"] = coerced0;
                }
              }
            }
            if (errors === _errs1) {
              if (typeof data0 === "string") {
                if (func22(data0) < 1) {
                  validate26.errors = [{ instancePath: instancePath + "/taskid", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" }];
                  return false;
                }
              }
            }
            var valid0 = _errs1 === errors;
          } else {
            var valid0 = true;
          }
          if (valid0) {
            if (data.url !== void 0) {
              let data1 = data.url;
              const _errs3 = errors;
              if (typeof data1 !== "string") {
                let dataType1 = typeof data1;
                let coerced1 = void 0;
                if (dataType1 == "object" && Array.isArray(data1) && data1.length == 1) {
                  data1 = data1[0];
                  dataType1 = typeof data1;
                  if (typeof data1 === "string") {
                    coerced1 = data1;
                  }
                }
                if (!(coerced1 !== void 0)) {
                  if (dataType1 == "number" || dataType1 == "boolean") {
                    coerced1 = "" + data1;
                  } else if (data1 === null) {
                    coerced1 = "";
                  } else {
                    validate26.errors = [{ instancePath: instancePath + "/url", keyword: "type", params: { type: "string" }, message: "must be string" }];
                    return false;
                  }
                }
                if (coerced1 !== void 0) {
                  data1 = coerced1;
                  if (data !== void 0) {
                    data["url"] = coerced1;
                  }
                }
              }
              var valid0 = _errs3 === errors;
            } else {
              var valid0 = true;
            }
          }
        }
      } else {
        validate26.errors = [{ instancePath, keyword: "type", params: { type: "object" }, message: "must be object" }];
        return false;
      }
    }
    validate26.errors = vErrors;
    return errors === 0;
  }
  function validate23(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    let vErrors = null;
    let errors = 0;
    if (!(data && typeof data == "object" && !Array.isArray(data))) {
      validate23.errors = [{ instancePath, keyword: "type", params: { type: "object" }, message: "must be object" }];
      return false;
    }
    const _errs1 = errors;
    if (!validate242(data, { instancePath, parentData, parentDataProperty, rootData })) {
      vErrors = vErrors === null ? validate242.errors : vErrors.concat(validate242.errors);
      errors = vErrors.length;
    }
    var valid0 = _errs1 === errors;
    if (valid0) {
      const _errs2 = errors;
      if (errors === _errs2) {
        if (data && typeof data == "object" && !Array.isArray(data)) {
          let missing0;
          if (data.data === void 0 && (missing0 = "data")) {
            validate23.errors = [{ instancePath, keyword: "required", params: { missingProperty: missing0 }, message: "must have required property '" + missing0 + "'" }];
            return false;
          } else {
            if (data.data !== void 0) {
              if (!validate26(data.data, { instancePath: instancePath + "/data", parentData: data, parentDataProperty: "data", rootData })) {
                vErrors = vErrors === null ? validate26.errors : vErrors.concat(validate26.errors);
                errors = vErrors.length;
              }
            }
          }
        } else {
          validate23.errors = [{ instancePath, keyword: "type", params: { type: "object" }, message: "must be object" }];
          return false;
        }
      }
      var valid0 = _errs2 === errors;
    }
    validate23.errors = vErrors;
    return errors === 0;
  }
  function validate212(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    ;
    let vErrors = null;
    let errors = 0;
    if (!validate23(data, { instancePath, parentData, parentDataProperty, rootData })) {
      vErrors = vErrors === null ? validate23.errors : vErrors.concat(validate23.errors);
      errors = vErrors.length;
    }
    validate212.errors = vErrors;
    return errors === 0;
  }
  var check12 = validate29;
  var schema13 = { "type": "object", "properties": { "taskid": { "type": "string", "minLength": 1 }, "image_status": { "anyOf": [{ "type": "integer", "enum": [1, 2, 3, 4] }, { "type": "integer" }, { "type": "string" }] }, "url": { "type": "array", "items": { "type": "string" } }, "width": { "type": "integer" }, "height": { "type": "integer" }, "starttime": { "type": "string" }, "category": { "type": "string" }, "prompt": { "type": "string" }, "negative": { "type": "string" }, "origseed": { "type": "integer" }, "error_message": { "type": "string" } }, "required": ["taskid", "image_status"] };
  function validate32(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    let vErrors = null;
    let errors = 0;
    if (errors === 0) {
      if (data && typeof data == "object" && !Array.isArray(data)) {
        let missing0;
        if (data.taskid === void 0 && (missing0 = "taskid") || data.image_status === void 0 && (missing0 = "image_status")) {
          validate32.errors = [{ instancePath, keyword: "required", params: { missingProperty: missing0 }, message: "must have required property '" + missing0 + "'" }];
          return false;
        } else {
          if (data.taskid !== void 0) {
            let data0 = data.taskid;
            const _errs1 = errors;
            if (typeof data0 !== "string") {
              let dataType0 = typeof data0;
              let coerced0 = void 0;
              if (dataType0 == "object" && Array.isArray(data0) && data0.length == 1) {
                data0 = data0[0];
                dataType0 = typeof data0;
                if (typeof data0 === "string") {
                  coerced0 = data0;
                }
              }
              if (!(coerced0 !== void 0)) {
                if (dataType0 == "number" || dataType0 == "boolean") {
                  coerced0 = "" + data0;
                } else if (data0 === null) {
                  coerced0 = "";
                } else {
                  validate32.errors = [{ instancePath: instancePath + "/taskid", keyword: "type", params: { type: "string" }, message: "must be string" }];
                  return false;
                }
              }
              if (coerced0 !== void 0) {
                data0 = coerced0;
                if (data !== void 0) {
                  data["taskid"] = coerced0;
                }
              }
            }
            if (errors === _errs1) {
              if (typeof data0 === "string") {
                if (func22(data0) < 1) {
                  validate32.errors = [{ instancePath: instancePath + "/taskid", keyword: "minLength", params: { limit: 1 }, message: "must NOT have fewer than 1 characters" }];
                  return false;
                }
              }
            }
            var valid0 = _errs1 === errors;
          } else {
            var valid0 = true;
          }
          if (valid0) {
            if (data.image_status !== void 0) {
              let data1 = data.image_status;
              const _errs3 = errors;
              const _errs4 = errors;
              let valid1 = false;
              const _errs5 = errors;
              if (!(typeof data1 == "number" && (!(data1 % 1) && !isNaN(data1)))) {
                let dataType1 = typeof data1;
                let coerced1 = void 0;
                if (dataType1 == "object" && Array.isArray(data1) && data1.length == 1) {
                  data1 = data1[0];
                  dataType1 = typeof data1;
                  if (typeof data1 == "number" && (!(data1 % 1) && !isNaN(data1))) {
                    coerced1 = data1;
                  }
                }
                if (!(coerced1 !== void 0)) {
                  if (dataType1 === "boolean" || data1 === null || dataType1 === "string" && data1 && data1 == +data1 && !(data1 % 1)) {
                    coerced1 = +data1;
                  } else {
                    const err0 = { instancePath: instancePath + "/image_status", keyword: "type", params: { type: "integer" }, message: "must be integer" };
                    if (vErrors === null) {
                      vErrors = [err0];
                    } else {
                      vErrors.push(err0);
                    }
                    errors++;
                  }
                }
                if (coerced1 !== void 0) {
                  data1 = coerced1;
                  if (data !== void 0) {
                    data["image_status"] = coerced1;
                  }
                }
              }
              if (!(data1 === 1 || data1 === 2 || data1 === 3 || data1 === 4)) {
                const err1 = { instancePath: instancePath + "/image_status", keyword: "enum", params: { allowedValues: schema13.properties.image_status.anyOf[0].enum }, message: "must be equal to one of the allowed values" };
                if (vErrors === null) {
                  vErrors = [err1];
                } else {
                  vErrors.push(err1);
                }
                errors++;
              }
              var _valid0 = _errs5 === errors;
              valid1 = valid1 || _valid0;
              if (!valid1) {
                const _errs7 = errors;
                if (!(typeof data1 == "number" && (!(data1 % 1) && !isNaN(data1)))) {
                  let dataType2 = typeof data1;
                  let coerced2 = void 0;
                  if (dataType2 == "object" && Array.isArray(data1) && data1.length == 1) {
                    data1 = data1[0];
                    dataType2 = typeof data1;
                    if (typeof data1 == "number" && (!(data1 % 1) && !isNaN(data1))) {
                      coerced2 = data1;
                    }
                  }
                  if (!(coerced2 !== void 0)) {
                    if (dataType2 === "boolean" || data1 === null || dataType2 === "string" && data1 && data1 == +data1 && !(data1 % 1)) {
                      coerced2 = +data1;
                    } else {
                      const err2 = { instancePath: instancePath + "/image_status", keyword: "type", params: { type: "integer" }, message: "must be integer" };
                      if (vErrors === null) {
                        vErrors = [err2];
                      } else {
                        vErrors.push(err2);
                      }
                      errors++;
                    }
                  }
                  if (coerced2 !== void 0) {
                    data1 = coerced2;
                    if (data !== void 0) {
                      data["image_status"] = coerced2;
                    }
                  }
                }
                var _valid0 = _errs7 === errors;
                valid1 = valid1 || _valid0;
                if (!valid1) {
                  const _errs9 = errors;
                  if (typeof data1 !== "string") {
                    let dataType3 = typeof data1;
                    let coerced3 = void 0;
                    if (dataType3 == "object" && Array.isArray(data1) && data1.length == 1) {
                      data1 = data1[0];
                      dataType3 = typeof data1;
                      if (typeof data1 === "string") {
                        coerced3 = data1;
                      }
                    }
                    if (!(coerced3 !== void 0)) {
                      if (dataType3 == "number" || dataType3 == "boolean") {
                        coerced3 = "" + data1;
                      } else if (data1 === null) {
                        coerced3 = "";
                      } else {
                        const err3 = { instancePath: instancePath + "/image_status", keyword: "type", params: { type: "string" }, message: "must be string" };
                        if (vErrors === null) {
                          vErrors = [err3];
                        } else {
                          vErrors.push(err3);
                        }
                        errors++;
                      }
                    }
                    if (coerced3 !== void 0) {
                      data1 = coerced3;
                      if (data !== void 0) {
                        data["image_status"] = coerced3;
                      }
                    }
                  }
                  var _valid0 = _errs9 === errors;
                  valid1 = valid1 || _valid0;
                }
              }
              if (!valid1) {
                const err4 = { instancePath: instancePath + "/image_status", keyword: "anyOf", params: {}, message: "must match a schema in anyOf" };
                if (vErrors === null) {
                  vErrors = [err4];
                } else {
                  vErrors.push(err4);
                }
                errors++;
                validate32.errors = vErrors;
                return false;
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
              var valid0 = _errs3 === errors;
            } else {
              var valid0 = true;
            }
            if (valid0) {
              if (data.url !== void 0) {
                let data2 = data.url;
                const _errs11 = errors;
                if (!Array.isArray(data2)) {
                  let dataType4 = typeof data2;
                  let coerced4 = void 0;
                  if (dataType4 == "object" && Array.isArray(data2) && data2.length == 1) {
                    data2 = data2[0];
                    dataType4 = typeof data2;
                    if (Array.isArray(data2)) {
                      coerced4 = data2;
                    }
                  }
                  if (!(coerced4 !== void 0)) {
                    if (dataType4 === "string" || dataType4 === "number" || dataType4 === "boolean" || data2 === null) {
                      coerced4 = [data2];
                    } else {
                      validate32.errors = [{ instancePath: instancePath + "/url", keyword: "type", params: { type: "array" }, message: "must be array" }];
                      return false;
                    }
                  }
                  if (coerced4 !== void 0) {
                    data2 = coerced4;
                    if (data !== void 0) {
                      data["url"] = coerced4;
                    }
                  }
                }
                if (errors === _errs11) {
                  if (Array.isArray(data2)) {
                    var valid2 = true;
                    const len0 = data2.length;
                    for (let i0 = 0; i0 < len0; i0++) {
                      let data3 = data2[i0];
                      const _errs13 = errors;
                      if (typeof data3 !== "string") {
                        let dataType5 = typeof data3;
                        let coerced5 = void 0;
                        if (dataType5 == "object" && Array.isArray(data3) && data3.length == 1) {
                          data3 = data3[0];
                          dataType5 = typeof data3;
                          if (typeof data3 === "string") {
                            coerced5 = data3;
                          }
                        }
                        if (!(coerced5 !== void 0)) {
                          if (dataType5 == "number" || dataType5 == "boolean") {
                            coerced5 = "" + data3;
                          } else if (data3 === null) {
                            coerced5 = "";
                          } else {
                            validate32.errors = [{ instancePath: instancePath + "/url/" + i0, keyword: "type", params: { type: "string" }, message: "must be string" }];
                            return false;
                          }
                        }
                        if (coerced5 !== void 0) {
                          data3 = coerced5;
                          if (data2 !== void 0) {
                            data2[i0] = coerced5;
                          }
                        }
                      }
                      var valid2 = _errs13 === errors;
                      if (!valid2) {
                        break;
                      }
                    }
                  }
                }
                var valid0 = _errs11 === errors;
              } else {
                var valid0 = true;
              }
              if (valid0) {
                if (data.width !== void 0) {
                  let data4 = data.width;
                  const _errs15 = errors;
                  if (!(typeof data4 == "number" && (!(data4 % 1) && !isNaN(data4)))) {
                    let dataType6 = typeof data4;
                    let coerced6 = void 0;
                    if (dataType6 == "object" && Array.isArray(data4) && data4.length == 1) {
                      data4 = data4[0];
                      dataType6 = typeof data4;
                      if (typeof data4 == "number" && (!(data4 % 1) && !isNaN(data4))) {
                        coerced6 = data4;
                      }
                    }
                    if (!(coerced6 !== void 0)) {
                      if (dataType6 === "boolean" || data4 === null || dataType6 === "string" && data4 && data4 == +data4 && !(data4 % 1)) {
                        coerced6 = +data4;
                      } else {
                        validate32.errors = [{ instancePath: instancePath + "/width", keyword: "type", params: { type: "integer" }, message: "must be integer" }];
                        return false;
                      }
                    }
                    if (coerced6 !== void 0) {
                      data4 = coerced6;
                      if (data !== void 0) {
                        data["width"] = coerced6;
                      }
                    }
                  }
                  var valid0 = _errs15 === errors;
                } else {
                  var valid0 = true;
                }
                if (valid0) {
                  if (data.height !== void 0) {
                    let data5 = data.height;
                    const _errs17 = errors;
                    if (!(typeof data5 == "number" && (!(data5 % 1) && !isNaN(data5)))) {
                      let dataType7 = typeof data5;
                      let coerced7 = void 0;
                      if (dataType7 == "object" && Array.isArray(data5) && data5.length == 1) {
                        data5 = data5[0];
                        dataType7 = typeof data5;
                        if (typeof data5 == "number" && (!(data5 % 1) && !isNaN(data5))) {
                          coerced7 = data5;
                        }
                      }
                      if (!(coerced7 !== void 0)) {
                        if (dataType7 === "boolean" || data5 === null || dataType7 === "string" && data5 && data5 == +data5 && !(data5 % 1)) {
                          coerced7 = +data5;
                        } else {
                          validate32.errors = [{ instancePath: instancePath + "/height", keyword: "type", params: { type: "integer" }, message: "must be integer" }];
                          return false;
                        }
                      }
                      if (coerced7 !== void 0) {
                        data5 = coerced7;
                        if (data !== void 0) {
                          data["height"] = coerced7;
                        }
                      }
                    }
                    var valid0 = _errs17 === errors;
                  } else {
                    var valid0 = true;
                  }
                  if (valid0) {
                    if (data.starttime !== void 0) {
                      let data6 = data.starttime;
                      const _errs19 = errors;
                      if (typeof data6 !== "string") {
                        let dataType8 = typeof data6;
                        let coerced8 = void 0;
                        if (dataType8 == "object" && Array.isArray(data6) && data6.length == 1) {
                          data6 = data6[0];
                          dataType8 = typeof data6;
                          if (typeof data6 === "string") {
                            coerced8 = data6;
                          }
                        }
                        if (!(coerced8 !== void 0)) {
                          if (dataType8 == "number" || dataType8 == "boolean") {
                            coerced8 = "" + data6;
                          } else if (data6 === null) {
                            coerced8 = "";
                          } else {
                            validate32.errors = [{ instancePath: instancePath + "/starttime", keyword: "type", params: { type: "string" }, message: "must be string" }];
                            return false;
                          }
                        }
                        if (coerced8 !== void 0) {
                          data6 = coerced8;
                          if (data !== void 0) {
                            data["starttime"] = coerced8;
                          }
                        }
                      }
                      var valid0 = _errs19 === errors;
                    } else {
                      var valid0 = true;
                    }
                    if (valid0) {
                      if (data.category !== void 0) {
                        let data7 = data.category;
                        const _errs21 = errors;
                        if (typeof data7 !== "string") {
                          let dataType9 = typeof data7;
                          let coerced9 = void 0;
                          if (dataType9 == "object" && Array.isArray(data7) && data7.length == 1) {
                            data7 = data7[0];
                            dataType9 = typeof data7;
                            if (typeof data7 === "string") {
                              coerced9 = data7;
                            }
                          }
                          if (!(coerced9 !== void 0)) {
                            if (dataType9 == "number" || dataType9 == "boolean") {
                              coerced9 = "" + data7;
                            } else if (data7 === null) {
                              coerced9 = "";
                            } else {
                              validate32.errors = [{ instancePath: instancePath + "/category", keyword: "type", params: { type: "string" }, message: "must be string" }];
                              return false;
                            }
                          }
                          if (coerced9 !== void 0) {
                            data7 = coerced9;
                            if (data !== void 0) {
                              data["category"] = coerced9;
                            }
                          }
                        }
                        var valid0 = _errs21 === errors;
                      } else {
                        var valid0 = true;
                      }
                      if (valid0) {
                        if (data.prompt !== void 0) {
                          let data8 = data.prompt;
                          const _errs23 = errors;
                          if (typeof data8 !== "string") {
                            let dataType10 = typeof data8;
                            let coerced10 = void 0;
                            if (dataType10 == "object" && Array.isArray(data8) && data8.length == 1) {
                              data8 = data8[0];
                              dataType10 = typeof data8;
                              if (typeof data8 === "string") {
                                coerced10 = data8;
                              }
                            }
                            if (!(coerced10 !== void 0)) {
                              if (dataType10 == "number" || dataType10 == "boolean") {
                                coerced10 = "" + data8;
                              } else if (data8 === null) {
                                coerced10 = "";
                              } else {
                                validate32.errors = [{ instancePath: instancePath + "/prompt", keyword: "type", params: { type: "string" }, message: "must be string" }];
                                return false;
                              }
                            }
                            if (coerced10 !== void 0) {
                              data8 = coerced10;
                              if (data !== void 0) {
                                data["prompt"] = coerced10;
                              }
                            }
                          }
                          var valid0 = _errs23 === errors;
                        } else {
                          var valid0 = true;
                        }
                        if (valid0) {
                          if (data.negative !== void 0) {
                            let data9 = data.negative;
                            const _errs25 = errors;
                            if (typeof data9 !== "string") {
                              let dataType11 = typeof data9;
                              let coerced11 = void 0;
                              if (dataType11 == "object" && Array.isArray(data9) && data9.length == 1) {
                                data9 = data9[0];
                                dataType11 = typeof data9;
                                if (typeof data9 === "string") {
                                  coerced11 = data9;
                                }
                              }
                              if (!(coerced11 !== void 0)) {
                                if (dataType11 == "number" || dataType11 == "boolean") {
                                  coerced11 = "" + data9;
                                } else if (data9 === null) {
                                  coerced11 = "";
                                } else {
                                  validate32.errors = [{ instancePath: instancePath + "/negative", keyword: "type", params: { type: "string" }, message: "must be string" }];
                                  return false;
                                }
                              }
                              if (coerced11 !== void 0) {
                                data9 = coerced11;
                                if (data !== void 0) {
                                  data["negative"] = coerced11;
                                }
                              }
                            }
                            var valid0 = _errs25 === errors;
                          } else {
                            var valid0 = true;
                          }
                          if (valid0) {
                            if (data.origseed !== void 0) {
                              let data10 = data.origseed;
                              const _errs27 = errors;
                              if (!(typeof data10 == "number" && (!(data10 % 1) && !isNaN(data10)))) {
                                let dataType12 = typeof data10;
                                let coerced12 = void 0;
                                if (dataType12 == "object" && Array.isArray(data10) && data10.length == 1) {
                                  data10 = data10[0];
                                  dataType12 = typeof data10;
                                  if (typeof data10 == "number" && (!(data10 % 1) && !isNaN(data10))) {
                                    coerced12 = data10;
                                  }
                                }
                                if (!(coerced12 !== void 0)) {
                                  if (dataType12 === "boolean" || data10 === null || dataType12 === "string" && data10 && data10 == +data10 && !(data10 % 1)) {
                                    coerced12 = +data10;
                                  } else {
                                    validate32.errors = [{ instancePath: instancePath + "/origseed", keyword: "type", params: { type: "integer" }, message: "must be integer" }];
                                    return false;
                                  }
                                }
                                if (coerced12 !== void 0) {
                                  data10 = coerced12;
                                  if (data !== void 0) {
                                    data["origseed"] = coerced12;
                                  }
                                }
                              }
                              var valid0 = _errs27 === errors;
                            } else {
                              var valid0 = true;
                            }
                            if (valid0) {
                              if (data.error_message !== void 0) {
                                let data11 = data.error_message;
                                const _errs29 = errors;
                                if (typeof data11 !== "string") {
                                  let dataType13 = typeof data11;
                                  let coerced13 = void 0;
                                  if (dataType13 == "object" && Array.isArray(data11) && data11.length == 1) {
                                    data11 = data11[0];
                                    dataType13 = typeof data11;
                                    if (typeof data11 === "string") {
                                      coerced13 = data11;
                                    }
                                  }
                                  if (!(coerced13 !== void 0)) {
                                    if (dataType13 == "number" || dataType13 == "boolean") {
                                      coerced13 = "" + data11;
                                    } else if (data11 === null) {
                                      coerced13 = "";
                                    } else {
                                      validate32.errors = [{ instancePath: instancePath + "/error_message", keyword: "type", params: { type: "string" }, message: "must be string" }];
                                      return false;
                                    }
                                  }
                                  if (coerced13 !== void 0) {
                                    data11 = coerced13;
                                    if (data !== void 0) {
                                      data["error_message"] = coerced13;
                                    }
                                  }
                                }
                                var valid0 = _errs29 === errors;
                              } else {
                                var valid0 = true;
                              }
                            }
                          }
                        }
                      }
                    }
                  }
                }
              }
            }
          }
        }
      } else {
        validate32.errors = [{ instancePath, keyword: "type", params: { type: "object" }, message: "must be object" }];
        return false;
      }
    }
    validate32.errors = vErrors;
    return errors === 0;
  }
  function validate30(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    let vErrors = null;
    let errors = 0;
    if (!(data && typeof data == "object" && !Array.isArray(data))) {
      validate30.errors = [{ instancePath, keyword: "type", params: { type: "object" }, message: "must be object" }];
      return false;
    }
    const _errs1 = errors;
    if (!validate242(data, { instancePath, parentData, parentDataProperty, rootData })) {
      vErrors = vErrors === null ? validate242.errors : vErrors.concat(validate242.errors);
      errors = vErrors.length;
    }
    var valid0 = _errs1 === errors;
    if (valid0) {
      const _errs2 = errors;
      if (errors === _errs2) {
        if (data && typeof data == "object" && !Array.isArray(data)) {
          let missing0;
          if (data.data === void 0 && (missing0 = "data")) {
            validate30.errors = [{ instancePath, keyword: "required", params: { missingProperty: missing0 }, message: "must have required property '" + missing0 + "'" }];
            return false;
          } else {
            if (data.data !== void 0) {
              if (!validate32(data.data, { instancePath: instancePath + "/data", parentData: data, parentDataProperty: "data", rootData })) {
                vErrors = vErrors === null ? validate32.errors : vErrors.concat(validate32.errors);
                errors = vErrors.length;
              }
            }
          }
        } else {
          validate30.errors = [{ instancePath, keyword: "type", params: { type: "object" }, message: "must be object" }];
          return false;
        }
      }
      var valid0 = _errs2 === errors;
    }
    validate30.errors = vErrors;
    return errors === 0;
  }
  function validate29(data, { instancePath = "", parentData, parentDataProperty, rootData = data } = {}) {
    ;
    let vErrors = null;
    let errors = 0;
    if (!validate30(data, { instancePath, parentData, parentDataProperty, rootData })) {
      vErrors = vErrors === null ? validate30.errors : vErrors.concat(validate30.errors);
      errors = vErrors.length;
    }
    validate29.errors = vErrors;
    return errors === 0;
  }
  var checks2 = { "POST /v1/images/seedreamv5": check02, "POST /v1/images/infobytaskid": check12 };
  return __toCommonJS(stdin_exports);
})();

/** What a check found: where (a JSON pointer into the data), which rule, and why. */
export interface CheckError {
  instancePath: string;
  keyword: string;
  params: Record<string, unknown>;
  message?: string;
}

/** A compiled schema: tells whether data keeps to it; `errors` holds what the last call found. */
export interface Check {
  (data: unknown): boolean;
  errors?: CheckError[] | null;
}

/** What may be sent, by operation. */
export const requests: Readonly<Record<string, Check>> = compiled.requests;

/** What a success may answer, by operation; types are coerced in place. */
export const answers: Readonly<Record<string, Check>> = compiled.answers;
