"""What is counted of the questions of pages; without the driver, which not everybody loads."""

from app.core.meters import kind

ANSWERED, BEHIND, LOST = "answered", "behind", "lost"

QUESTIONS = kind(
    "tilsit_mongodb_questions_total",
    "Questions of pages to MongoDB; SQL answered where it was behind or lost.",
    "result",
)
