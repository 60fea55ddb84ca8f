"""Addresses of board, list, detail page, columns and moves."""

from django.urls import path

from accounts import converters  # noqa: F401  (registers <id:…>)
from pipeline.views import (
    board,
    cards,
    columns,
    deeds,
    detail,
    exports,
    imports,
    intake,
    list,
    selection,
    trash,
)

app_name = "pipeline"
urlpatterns = [
    path("", list.home, name="home"),
    path("contacts/", list.page, name="list"),
    path("contacts/assignees/", list.assignees, name="assignees"),
    path("contacts/filters/", list.further_filters, name="further-filters"),
    path("contacts/selection/assignee/", selection.assignee, name="selection-assignee"),
    path("contacts/selection/status/", selection.status, name="selection-status"),
    path("contacts/selection/export/", selection.export, name="selection-export"),
    path("contacts/selection/trash/", selection.trash, name="selection-trash"),
    path("contacts/changes/", deeds.page, name="deeds"),
    path("changes/<id:deed_id>/reversal/", deeds.reversal, name="deed-reversal"),
    path("contacts/trash/", trash.page, name="trash"),
    path("contacts/trash/restoration/", trash.restoration, name="trash-restoration"),
    path("contacts/<id:contact_id>/trash/", trash.contact, name="contact-trash"),
    path("contacts/import/", imports.overview, name="imports"),
    path("contacts/import/<id:import_id>/", imports.page, name="import"),
    path("contacts/import/<id:import_id>/mapping/", imports.mapping, name="import-mapping"),
    path("contacts/import/<id:import_id>/takeover/", imports.takeover, name="import-takeover"),
    path("contacts/import/<id:import_id>/rows/", imports.rows, name="import-rows"),
    path("contacts/import/<id:import_id>/rows.csv", imports.rows_file, name="import-rows-file"),
    path("contacts/export/", exports.create, name="exports"),
    path("contacts/export/<uuid:export_id>/", exports.download, name="export"),
    path("contacts/board/", board.page, name="board"),
    path("cards/<id:contact_id>/", cards.card, name="card"),
    path("cards/<id:contact_id>/targets/", cards.targets, name="card-targets"),
    path("cards/<id:contact_id>/position/", cards.position, name="card-position"),
    path("cards/<id:contact_id>/menu/", cards.menu, name="card-menu"),
    path("moves/<id:move_id>/reversal/", cards.reversal, name="move-reversal"),
    path("columns/", columns.create, name="columns"),
    path("columns/<id:column_id>/cards/", board.column_cards, name="column-cards"),
    path("columns/<id:column_id>/menu/", columns.menu, name="column-menu"),
    path("columns/<id:column_id>/name/", columns.name, name="column-name"),
    path("columns/<id:column_id>/place/", columns.place, name="column-place"),
    path("columns/<id:column_id>/mails/", columns.mails, name="column-mails"),
    path("columns/<id:column_id>/removal/", columns.removal, name="column-removal"),
    path("contacts/new/", intake.new, name="contact-new"),
    path("contacts/<id:contact_id>/", detail.page, name="contact"),
    path("contacts/<id:contact_id>/history/", detail.all_history, name="contact-history"),
]
