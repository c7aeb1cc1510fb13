/**
 * Version 2 as its documentation tells it, step by step and without regard for storage: what the engine is held
 * against. Times are milliseconds; 0 means none. A version's data is one number.
 */
export interface ModelVersion {
  created: number;
  deletion: number;
  destroyed: boolean;
  data: number;
}

interface ModelKey {
  current: number;
  oldest: number;
  maxVersions: number;
  deleteAfter: number;
  readonly versions: Map<number, ModelVersion>;
}

export class Model {
  now: number;
  maxVersions = 0;
  deleteAfter = 0;
  key: ModelKey | undefined;

  constructor(now: number) {
    this.now = now;
  }

  made(): ModelKey {
    this.key ??= { current: 0, oldest: 0, maxVersions: 0, deleteAfter: 0, versions: new Map() };
    return this.key;
  }

  private deletionTime(key: ModelKey): number {
    if (this.deleteAfter < 0) return 0;
    const set = [this.deleteAfter, key.deleteAfter].filter((after) => after > 0);
    return set.length === 0 ? 0 : this.now + Math.min(...set) * 1000;
  }

  gone(version: ModelVersion): boolean {
    return version.destroyed || (version.deletion !== 0 && version.deletion <= this.now);
  }

  /** The new version's number; `undefined`: refused by cas. */
  write(data: number, cas: number | undefined): number | undefined {
    if (cas !== undefined && cas !== (this.key?.current ?? 0)) return undefined;
    const key = this.made();
    key.current += 1;
    key.versions.set(key.current, { created: this.now, deletion: this.deletionTime(key), destroyed: false, data });
    const limit = Math.max(this.maxVersions, key.maxVersions) || 10;
    if (key.current - key.oldest >= limit) {
      for (let n = key.oldest; n <= key.current - limit; n++) key.versions.delete(n);
      key.oldest = key.current - limit + 1;
    }
    return key.current;
  }

  remove(numbers: readonly number[]): void {
    for (const n of numbers) {
      const version = this.key?.versions.get(n);
      if (version && !this.gone(version)) version.deletion = this.now;
    }
  }

  undelete(numbers: readonly number[]): void {
    for (const n of numbers) {
      const version = this.key?.versions.get(n);
      if (this.key && version && !version.destroyed) version.deletion = this.deletionTime(this.key);
    }
  }

  destroy(numbers: readonly number[]): void {
    for (const n of numbers) {
      const version = this.key?.versions.get(n);
      if (version) version.destroyed = true;
    }
  }
}
