import type { Duplex } from 'node:stream';

/** A request that could not even be read (malformed, or with more headers than fit) still gets an answer that says what to do. */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const tooMuch = error.code === 'HPE_HEADER_OVERFLOW';
  const text = tooMuch
    ? 'Your browser sent more cookies than fit. Delete the cookies of this site and try again.\n'
    : 'This request could not be understood.\n';
  const head = [
    tooMuch ? 'HTTP/1.1 431 Request Header Fields Too Large' : 'HTTP/1.1 400 Bad Request',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'",
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
}
