// One file, since most of the time goes into loading compilers and generating: what one test has generated, all use.
import "../../robust-generation/checks.js";
import "../../robust-generation/facts.js";
import "../../robust-generation/forms.js";
import "../../robust-generation/rules.js";
import "../../robust-generation/types.js";
