// Everything that pages do beyond what HTML does by itself.
import "./htmx";
import "./notices";
import "./picker";
import "./text";
import "./composer";
import "./complete";
import "./floating";
import "./rows";
import "./list";
import "./board";
import "./keys";
import "./small";
import "./live";
import "./drafts";
import "./presence";
import "./clock";
import "./inbox";
import "./apply";
import "./install";
import { start } from "./behaviour";

document.documentElement.classList.add("has-scripts");
start();
