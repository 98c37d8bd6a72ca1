// Every page about time is accessible: calendars, the operations calendar, agreements, clocks, recurring work.
import { as, pageOf } from "../support/interface.mjs";
import { busy, pages } from "../support/accessible.mjs";

pages("Pages about time are accessible", "ada", async (scene) => {
  const ada = as("ada", scene.desk);
  const incident = pageOf(await busy(scene));
  const first = async (kinds) => {
    const [record] = await ada.get(`${kinds}?limit=1`);
    return `/${kinds}/${record.number}`;
  };
  const target = await first("service-level-targets");
  return [
    "/approvals", await first("approvals"), "/approval-policies", "/approval-policies/new", await first("approval-policies"),
    "/calendars", "/calendars/new", await first("calendars"), "/schedules/new", await first("schedules"), "/agreements", "/service-levels", "/agreements/new", await first("agreements"),
    "/operations-calendar", "/operations-calendar?view=week", "/operations-calendar?view=agenda&time=freeze,change", "/calendar-feeds", `${await first("calendars")}/holidays`,
    await first("maintenance-windows"), "/maintenance-windows/new", await first("freezes"), "/freezes/new", "/help/operations-calendar", "/breach-exclusions", "/breach-exclusions/new", await first("breach-exclusions"),
    "/service-level-reports", "/service-level-reports/new", await first("service-level-reports"), `${await first("service-level-reports")}/difference`, `${incident}/difference`,
    target, `${target}/edit`, `${target}/simulation`, incident, `${incident}/clocks`, `${incident}/worklogs`, "/time", "/time/report",
  ];
});
