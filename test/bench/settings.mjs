/** The same for both servers, so that they do the same work. */
export const SECRET = 'a-secret-of-the-benchmark-32-long';
export const PASSWORD = 'seven quiet lanterns drift';
export const API = 'https://orders.example/';
export const redirectUri = (clientId) => `http://localhost:9/${clientId}/callback`;
/** Signs people in; asks for refresh tokens; is visited second; has no person. */
export const CLIENT = { main: 'notes', second: 'photos', machine: 'meter' };
export const GRANTS = ['authorization_code', 'refresh_token'];

export const basic = `Basic ${Buffer.from(`${CLIENT.main}:${SECRET}`).toString('base64')}`;
export const machineBasic = `Basic ${Buffer.from(`${CLIENT.machine}:${SECRET}`).toString('base64')}`;
export const secondBasic = `Basic ${Buffer.from(`${CLIENT.second}:${SECRET}`).toString('base64')}`;
