import { openPage, type Page } from "./page/page.ts";

const source = document.getElementById("bw-page")?.textContent;
if (source) void openPage(JSON.parse(source) as Page);
