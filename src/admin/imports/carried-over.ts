import { attributeMistake } from '../../users/attributes.js';
import { GROUP_NAME, isBuiltInGroup } from '../../users/groups.service.js';
import { ONE_LINE } from '../../users/profile.service.js';
import { readDetails, type ForeignUser } from './foreign-user.js';

/**
 * What is known of a person in another provider, as far as it fits here. What does not is left out, and said in a note: it is
 * no way in, and a group that somebody is not in lets them into less.
 */
export class CarriedOver {
  readonly notes: string[] = [];
  private readonly details: Record<string, unknown> = {};
  private readonly attributes: Record<string, unknown> = {};
  private readonly groups: string[] = [];
  private displayName: string | null = null;

  note(...notes: string[]): void {
    this.notes.push(...notes);
  }

  /** A standard claim of the person's own. Where it does not fit it becomes an attribute, or is left out. */
  detail(name: string, value: unknown): void {
    if (isEmpty(value)) return;
    if (readDetails({ [name]: value })) this.details[name] = value;
    else this.attribute(name, value);
  }

  attribute(name: string, value: unknown): void {
    if (isEmpty(value)) return;
    if (attributeMistake(name, value) === undefined) this.attributes[name] = value;
    else this.note(`attribute-left-out: ${name}`);
  }

  group(name: string): void {
    if (GROUP_NAME.test(name) && !isBuiltInGroup(name)) this.groups.push(name);
    else this.note(`group-left-out: ${name}`);
  }

  name(name: string): void {
    if (ONE_LINE.test(name.normalize('NFKC').trim())) this.displayName = name;
    else this.note('display-name-left-out');
  }

  /** A user name here has no `@`: that is how it is told from an address. */
  username(name: string): string {
    if (!name.includes('@')) return name;
    const made = name.replaceAll('@', '_').slice(0, 64);
    this.note(`username-made: ${made}`);
    return made;
  }

  get facts(): Pick<ForeignUser, 'details' | 'attributes' | 'groups' | 'displayName' | 'notes'> {
    const { details, attributes, groups, displayName, notes } = this;
    return { details, attributes, groups, displayName, notes };
  }
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** A member of a stranger's object, if it is a text. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];
}
