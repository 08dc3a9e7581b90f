"""
The page both sides look at, the API, the webhook door.

How a page is added:

1. A module in `web/pages/` with a router and plain functions (`def`, not `async def`: they run in threads, so that the
   database may be asked)::

       router = APIRouter()

       @router.get("/cases")
       def cases(request: Request, viewer: SignedIn) -> Response:
           found = list_cases(store_of(request), viewer.access, ...)
           return page(request, "pages/cases.html", found=found)

   `SignedIn` is who asks; without a session the browser is sent to the login.
   `Annotated[Viewer, Depends(require("see_runs"))]` asks for a right of `flows.hub.rights` beside it. A query takes
   `viewer.access`: what somebody may not see is not read.
2. Its router in `ROUTERS` of `web/pages/__init__.py`. Every POST that comes through these has proved that one of
   our own pages sent it: each form holds ``{{ form_token() }}``, and htmx sends the same in a header by itself.
3. A template in `web/templates/pages/` that extends `base.html`. Every text is ``{{ _("…") }}``, with
   ``ngettext("%(num)s case", "%(num)s cases", n)`` for numbers of things (in code: ``_ = words(request)``). Times,
   dates, numbers and money go through the filters `moment`, `day`, `ago`, `number`, `money`, HTML of a system through
   `clean_html`. `ui` (macros.html) has tables, pagers, empty states and fields of forms.
   `python -m tools.messages` then writes what is new into `web/locale`; a test asks for the Russian of each.
4. What was done answers with `see_other(request, "/cases", said=_("Saved."))`: the next page tells it.

No script and no style stands in a page (the policy forbids both): what is ours is in `web/static`.
"""
