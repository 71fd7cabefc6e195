import { createServer, type AddressInfo } from 'node:net';

/** Something that listens inside of the network, on both families ("localhost" may be either), and counts who knocks. */
export class InternalAddress {
  connections = 0;
  port = 0;
  private readonly server = createServer((socket) => {
    this.connections++;
    socket.destroy();
  });

  static async listen(): Promise<InternalAddress> {
    const internal = new InternalAddress();
    await new Promise<void>((listening) => internal.server.listen(0, listening));
    internal.port = (internal.server.address() as AddressInfo).port;
    return internal;
  }

  close(): void {
    this.server.close();
  }
}
