"""A process that asks a house for a file: `python client.py SLUG ADDRESS FILENAME CLIENTS`.

It reads as many lines as it writes: one when it is ready, to begin, and one for
what each of its clients got, the number of bytes and their digest, or the code of a refusal.
"""

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor

import config
from app import create_app
from app.core.exceptions import DomainError
from app.indexes.queries import get_index
from app.mirror import files


def main(slug: str, address: str, filename: str, clients: str) -> None:
    app = create_app(config.Production())

    def ask(_number: int) -> str:
        digest, size = hashlib.sha256(), 0
        with app.app_context():
            try:
                for chunk in files.fetch(get_index(slug), address, filename).chunks():
                    digest.update(chunk)
                    size += len(chunk)
            except DomainError as error:
                return f"{size} {error.code}"
        return f"{size} {digest.hexdigest()}"

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(int(clients)) as threads:
        for line in threads.map(ask, range(int(clients))):
            sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
