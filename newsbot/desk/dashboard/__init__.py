"""The web desk: the editors' pages, rendered on the server, served under `/desk` by processes with role `web` or `all`.

Everything works without JavaScript; `static/desk.js` only makes it live. What decides and what does it lives in
`newsbot.desk`, where the chat and the terminal call it too; here is only what a browser needs.

How a page is added
-------------------
1. A module here with its handlers and a table of its routes; both tables are put together in `routes.py`:

       async def _list(visit: Visit) -> web.Response:
           return await visit.page("things.html", things=await visit.desk.things.all())

       async def _drop(visit: Visit) -> web.Response:
           async with visit.once() as first:
               if first:
                   await drop(visit.desk, visit.number("id"), by=visit.actor, now=visit.now)
           return await visit.back("/desk/things", visit.translate("It was dropped."))

       ROUTES: Final = (
           Route("GET", "/desk/things", Right.WATCH, _list),
           Route("POST", r"/desk/things/{id:\\d{1,18}}/drop", Right.BROADCAST, _drop),
       )

   A handler is called with a `Visit` only when the session holds, the person has the route's right, and (of a POST)
   the form carries the session's token; `Refusal` answers anything else with a page that says what to do. Raise
   `Refusal.missing()` for what isn't there (any more). A StoreError may pass: it becomes a page "just now not".
   A GET changes nothing.

2. A template in `templates/`, which begins with `{% extends "layout.html" %}` and fills the blocks `title` and `main`
   (one `h1`). It may name what `Visit.common` holds: `_`, `plural`, `number`, `when`, `ago`, `clock`, `visit`, `csrf`.
   Words stand in English in `_("…")` or `plural("…", "…", n)` and are extracted like those of the code. What lives on
   the page by `Visit.fragment` is a template of its own.

3. A form is made by the macros of `forms.html` (`{% from "forms.html" import form, confirmed %}`):

       {% call form("/desk/things", csrf) %}<label for="name">{{ _("Name") }}</label>…<button>…</button>{% endcall %}
       {{ confirmed("/desk/things/7/drop", csrf, _("Drop"), _("Drop it for good?"), _("Yes, drop it")) }}

   What would happen twice when the form is sent twice, and must not, carries `once=once()` (`form`, `confirmed_by`) and
   is done within `visit.once()`. After a POST answer with `visit.back(…)`: to reload sends nothing again. To show a
   form again with its mistakes: `visit.page(…, status=422, path=…)`, where `path` is the page that the form is on.

4. An entry in `navigation.MENU`, with the right that the page asks for.

5. Its line in `tests/desk_pages.py`, which tries every route without a session, with each role, with a foreign cookie
   and with a forged token; a test of what it shows uses the `desk_site` fixture: `await desk_site.sign_in(role)`, then
   `get`, `post` (which fills in the token and a fresh `once`).

No inline script or style: the policy that every answer carries forbids them. A script of a page is a file in `static/`,
named in the block `head`: `<script src="{{ static("things.js") }}" type="module"></script>`.
"""
