import type { Plugin } from 'vite';

/** Leaves out of two libraries what the page never draws. */
export function thin(): Plugin;
