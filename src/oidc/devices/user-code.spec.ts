import { describe, expect, it } from '@jest/globals';
import { canonicalUserCode, shownUserCode } from './user-code.js';

describe('a user code', () => {
  it.each([
    ['as it is shown', 'WDJB-MJHT'],
    ['in small letters', 'wdjb-mjht'],
    ['without the dash', 'WDJBMJHT'],
    ['with spaces', '  wd jb mj ht '],
    ['with another dash', 'WDJB–MJHT'],
    ['with a non-breaking space', 'WDJB\u00a0MJHT'],
    ['with an underscore', 'WDJB_MJHT'],
    ['in wide letters', 'ＷＤＪＢ－ＭＪＨＴ'],
    ['with 8 for B', 'WDJ8-MJHT'],
  ])('is understood %s', (_how, typed) => {
    expect(canonicalUserCode(typed)).toBe('WDJBMJHT');
  });

  it('is understood with every letter that can be misread', () => {
    expect(canonicalUserCode('1I25-68UY')).toBe('LLZSGBVV');
  });

  it('is not made of what stands for nothing', () => {
    expect(canonicalUserCode('O0')).toBe('O0');
    expect(canonicalUserCode('—')).toBe('');
  });

  it('is shown in two groups', () => {
    expect(shownUserCode('WDJBMJHT')).toBe('WDJB-MJHT');
  });
});
