"""What a page says after something was done."""

from __future__ import annotations

NOTICES = {
    "registered": "Your account is ready.",
    "signed-out": "You are signed out.",
    "saved": "Saved.",
    "record-created": "The record was added.",
    "record-deleted": "The record was deleted.",
    "workspace-created": "The workspace was created.",
    "workspace-deleted": "The workspace was deleted.",
    "member-added": "The member was added.",
    "member-changed": "The member's role was changed.",
    "member-removed": "The member was removed.",
    "joined": "You have joined. Welcome!",
    "joined-anew": "You have joined. Sign in again to work there.",
    "uploaded": "The file was uploaded. Its text is being read.",
    "file-deleted": "The file was deleted.",
    "workflow-created": "The workflow was created.",
    "workflow-deleted": "The workflow was deleted.",
    "started": "The workflow was started.",
    "cancelled": "The run is being cancelled.",
    "chat-deleted": "The conversation was deleted.",
}
