# SPDX-License-Identifier: MIT OR Apache-2.0
"""A mail server for the stories: aiosmtpd on loopback, which prints each letter as a line of JSON.

Commands come as lines on standard input: "accept", "refuse" (permanently), "later" (temporarily) or "stall".
"""

import asyncio
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP


class Handler:
    def __init__(self):
        self.mood = "accept"

    async def handle_DATA(self, server, session, envelope):
        tell({"event": "attempt", "to": envelope.rcpt_tos, "mood": self.mood})
        if self.mood == "refuse":
            return "550 no such mailbox"
        if self.mood == "later":
            return "451 try again later"
        while self.mood == "stall":
            await asyncio.sleep(0.05)
        letter = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = letter.get_body(("plain",)).get_content()
        tell({"event": "letter", "to": envelope.rcpt_tos, "subject": letter["subject"], "text": text})
        return "250 OK"


def tell(event):
    print(json.dumps(event), flush=True)


async def main():
    handler = Handler()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, enable_SMTPUTF8=True), "127.0.0.1", int(sys.argv[1]))
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    tell({"event": "ready"})
    while line := await lines.readline():
        handler.mood = line.decode().strip()
        tell({"event": "mood", "mood": handler.mood})
    server.close()


asyncio.run(main())
