// Every page of those who work is accessible.
import { as, pageOf } from "../support/interface.mjs";
import { busy, pages } from "../support/accessible.mjs";

pages("Pages of an agent are accessible", "ben", async (scene) => {
  const incident = await busy(scene);
  const [change] = await as("ben", scene.desk).get("changes?limit=1");
  const [article] = await as("ben", scene.desk).get("knowledge-articles?limit=1");
  const moved = pageOf(incident);
  const file = await as("ben", scene.desk).attach(incident, "seen.csv", "printer,seen\nprn-ber-04,12\n");
  return [
    "/", "/incidents", "/incidents?q=state:new%20nothing-has-this-word", "/incidents?q=state::", "/people", "/changes", moved, "/incidents/board?group=state", "/incidents/calendar?view=all", "/changes/calendar?view=all", "/recent", `${moved}/edit?field=title`,
    "/incidents/bulk-edits/new?view=open&all=yes&action=set:assignee",
    `${moved}/edit`, `${moved}/fields/assignee`, `${moved}/transitions/hold`, `${moved}/transitions/resolve`, `${moved}/worklogs`, `${moved}/access`,
    `${moved}?as_of=${incident.created_at}`, "/incidents/new", `/changes/${change.number}`, `/knowledge-articles/${article.number}`,
    `/knowledge-articles/${article.number}/write`, `/knowledge-articles/${article.number}/versions`, `/knowledge-articles/${article.number}/flag`,
    `/knowledge-articles/${article.number}/translations`, "/knowledge/quality", "/knowledge/translations", "/article-feedback", "/macros", "/handling-notes",
    `${moved}/articles`, `${moved}/macros`, `${moved}/attachments`, `${moved}/attachments/${file.id}/preview`,
    "/search", "/search?q=mail", "/search?q=zzzzqqqq", "/account", "/help", "/help/desk", "/help/reference/api", "/no-such-page",
  ];
});
