// One file, since most of the time goes into loading compilers and generating: what one test has generated, all use.
import "./checks.js";
import "./facts.js";
import "./forms.js";
import "./rules.js";
import "./types.js";
