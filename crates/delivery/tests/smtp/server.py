import asyncio, email, email.policy, json, ssl, sys

from aiosmtpd.smtp import SMTP, AuthResult


class Printer:
    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts, defects = [], []

        def walk(part, depth):
            defects.extend(repr(defect) for defect in part.defects)
            for value in part.values():
                defects.extend(repr(defect) for defect in value.defects)
            row = {"depth": depth, "type": part.get_content_type()}
            row["disposition"] = part.get_content_disposition()
            row["name"], row["id"] = part.get_filename(), part["Content-ID"]
            if part.is_multipart():
                parts.append(row)
                for inner in part.iter_parts():
                    walk(inner, depth + 1)
                return
            row["hex"] = part.get_payload(decode=True).hex()
            if part.get_content_maintype() == "text":
                row["text"] = part.get_content().replace("\r\n", "\n")
            parts.append(row)

        walk(message, 0)
        seen = {"from": envelope.mail_from, "to": envelope.rcpt_tos, "defects": defects}
        seen["headers"] = {name: str(value) for name, value in message.items()}
        print(json.dumps(seen | {"parts": parts}), flush=True)
        return "250 OK"


def check(server, session, envelope, mechanism, data):
    is_right = (data.login, data.password) == (b"brisk", "hunter2 ✓".encode())
    return AuthResult(success=is_right, handled=False)


def connection():
    return SMTP(
        Printer(),
        hostname="mail.internal",
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=check,
    )


async def main():
    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
asyncio.run(main())
