/** A worker that cannot start: what is missing and where it belongs. */
export class CannotStart extends Error {
  override name = 'CannotStart';
}

/** A required setting of the process. */
export function required(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new CannotStart(`${name} is not set; \`closegate up\` sets it, docker-compose.yml shows it`);
  return value;
}

/** The key of the audit log, from `CLOSEGATE_AUDIT_KEY_ID` and `CLOSEGATE_AUDIT_KEY` (at least 32 bytes, in hex). */
export function auditKeyFromEnvironment(): { id: string; secret: Buffer } {
  const hex = required('CLOSEGATE_AUDIT_KEY');
  if (!/^([0-9a-f]{2}){32,}$/i.test(hex)) {
    throw new CannotStart(
      'CLOSEGATE_AUDIT_KEY must be at least 32 bytes in hex; `openssl rand -hex 32` makes one',
    );
  }
  return { id: required('CLOSEGATE_AUDIT_KEY_ID'), secret: Buffer.from(hex, 'hex') };
}
