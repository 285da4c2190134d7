export { drawLandscape } from "./landscape.js";
