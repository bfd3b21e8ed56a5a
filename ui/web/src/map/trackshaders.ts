/**
 * The shaders of the track layer. Mode 0 draws ellipses, 1 courses, 2 symbols; each track is two triangles of each. Tracks lie in a
 * texture, two texels each, and not in attributes of instances: without a graphics card each instance is a draw of its own.
 */
export const vertexShader = `#version 300 es
precision highp float;
precision highp int;
uniform highp sampler2D u_tracks;
uniform mat4 u_matrix;
uniform vec2 u_pixel;
uniform float u_scale; // of symbols and courses
uniform int u_mode;
out vec2 v_corner;
out float v_icon;
out float v_alpha;

const vec2 corners[6] = vec2[6](vec2(-1, -1), vec2(1, -1), vec2(-1, 1), vec2(-1, 1), vec2(1, -1), vec2(1, 1));

void main() {
  int track = gl_VertexID / 6;
  int perRow = textureSize(u_tracks, 0).x / 2;
  ivec2 texel = ivec2(track % perRow * 2, track / perRow);
  vec4 head = texelFetch(u_tracks, texel, 0);
  vec4 tail = texelFetch(u_tracks, texel + ivec2(1, 0), 0);
  vec2 at = head.xy;
  vec3 look = vec3(head.zw, tail.x); // symbol, opacity, course in radians (below -6: none)
  vec3 ellipse = tail.yzw;           // half axes in mercator units, bearing in radians
  vec2 c = corners[gl_VertexID % 6];
  v_corner = c;
  v_icon = look.x;
  v_alpha = look.y;
  if (u_mode == 0) {
    float s = sin(ellipse.z), k = cos(ellipse.z);
    vec2 edge = at + vec2(s, -k) * c.x * ellipse.x + vec2(k, s) * c.y * ellipse.y;
    gl_Position = u_matrix * vec4(edge, 0.0, 1.0);
    return;
  }
  vec4 p = u_matrix * vec4(at, 0.0, 1.0);
  vec2 off = c * 16.0 * u_scale;
  if (u_mode == 1) {
    vec2 way = vec2(sin(look.z), cos(look.z));
    off = look.z < -6.0 ? vec2(0.0) : way * (18.0 + 8.0 * c.x) * u_scale + vec2(way.y, -way.x) * c.y * 1.2;
  }
  gl_Position = p + vec4(off * u_pixel * p.w, 0.0, 0.0);
}`;

export const fragmentShader = `#version 300 es
precision highp float;
precision highp int; // as in the vertex shader: they share u_mode, and do not link otherwise
in vec2 v_corner;
in float v_icon;
in float v_alpha;
uniform sampler2D u_atlas;
uniform int u_mode;
uniform float u_cells;
uniform vec3 u_colour;
out vec4 colour;

void main() {
  if (u_mode == 2) {
    vec2 uv = v_corner * 0.5 + 0.5;
    colour = texture(u_atlas, vec2((v_icon + uv.x) / u_cells, 1.0 - uv.y)) * v_alpha;
    return;
  }
  float a = v_alpha;
  if (u_mode == 0) {
    float d = length(v_corner);
    if (d > 1.0) discard;
    float w = fwidth(d);
    a *= 0.06 + 0.6 * smoothstep(1.0 - 3.0 * w, 1.0 - w, d);
  }
  colour = vec4(u_colour, 1.0) * a;
}`;
