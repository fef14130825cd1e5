"""A mail server of others: prints what it gets, refuses no@…, is busy for busy@… once, and is lost at lost@…"""
import asyncio, email, email.policy, json

from aiosmtpd.smtp import SMTP

busy = set()


class Printer:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("no@"):
            return "550 5.1.1 no such person"
        if address.startswith("busy@") and address not in busy:
            busy.add(address)
            return "451 4.3.0 later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {}
        for part in message.walk():
            if part.is_multipart():
                continue
            name = part.get_filename() or part.get_content_type()
            body = part.get_payload(decode=True)
            parts[name] = body.decode("utf-8", "replace") if part.get_content_maintype() == "text" else len(body)
        headers = {name: str(value) for name, value in message.items()}
        print(json.dumps({"to": envelope.rcpt_tos, "headers": headers, "parts": parts}), flush=True)
        if envelope.rcpt_tos[0].startswith("lost@"):
            session.loop.call_soon(server.transport.abort)
            await asyncio.sleep(3600)
        return "250 OK"


async def main():
    server = await asyncio.get_running_loop().create_server(lambda: SMTP(Printer(), hostname="mail.internal"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
