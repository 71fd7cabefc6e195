import type { EntityClass, EntityProperty, MikroORM, Platform } from '@mikro-orm/core';
import type { SqlRunner } from './sql.js';

/**
 * Reads whole rows of an entity's table without the ORM's unit of work, which costs many times the query where it is made for
 * a row or two. What comes back looks like the entity; it is not managed, and nothing that is changed in it is saved.
 */
export class PlainRows {
  private readonly known = new Map<unknown, Shape>();

  constructor(
    private readonly orm: MikroORM,
    private readonly sql: SqlRunner,
  ) {}

  async find<Entity extends object>(
    entity: EntityClass<Entity>,
    where: string,
    params: unknown[],
  ): Promise<Entity[]> {
    let shape = this.known.get(entity);
    if (!shape) this.known.set(entity, (shape = this.shapeOf(entity)));
    let text = shape.texts.get(where);
    if (!text) shape.texts.set(where, (text = `${shape.select} ${where}`));
    const rows = await this.sql.rows<Record<string, unknown>>(text, ...params);
    return rows.map((row) => {
      const result: Record<string, unknown> = {};
      for (const { property, name, read } of shape.columns) {
        const value = row[name];
        result[property] = value === null || !read ? value : read(value);
      }
      return result as Entity;
    });
  }

  private shapeOf<Entity extends object>(entity: EntityClass<Entity>): Shape {
    const { props, tableName } = this.orm.getMetadata().get<Entity>(entity);
    const columns = props.map((property) => ({
      property: property.name,
      name: property.fieldNames[0]!,
      read: readerOf(property as EntityProperty, this.orm.em.getPlatform()),
    }));
    return {
      select: `SELECT ${columns.map(({ name }) => name).join(', ')} FROM ${tableName} WHERE`,
      texts: new Map(),
      columns,
    };
  }
}

interface Shape {
  readonly select: string;
  /** The whole statement for what follows WHERE: put together once, since a text that is new is looked at whole. */
  readonly texts: Map<string, string>;
  readonly columns: readonly Column[];
}

interface Column {
  readonly property: string;
  readonly name: string;
  /** What is made of a value that is there; undefined: it is what it is. */
  readonly read: ((value: unknown) => unknown) | undefined;
}

function readerOf(property: EntityProperty, platform: Platform): Column['read'] {
  const { runtimeType, columnTypes } = property;
  if (runtimeType === 'Date')
    return (value) => (value instanceof Date ? value : platform.parseDate(value as string));
  if (runtimeType === 'boolean') return Boolean;
  if (runtimeType === 'number') return Number;
  // PostgreSQL's driver has read the JSON already.
  if (/json/.test(columnTypes[0]!))
    return (value) => (typeof value === 'string' ? (JSON.parse(value) as unknown) : value);
  return undefined;
}
