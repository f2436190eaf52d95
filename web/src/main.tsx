/** Where the page begins: styles, then the frame. */
import { render } from "preact";
import { App } from "./app.tsx";
import "uplot/dist/uPlot.min.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/views.css";
import "./style/log.css";
import "./style/replay.css";

const place = document.getElementById("page");
if (place === null) throw new Error("index.html must hold an element with the id page");
render(<App />, place);
