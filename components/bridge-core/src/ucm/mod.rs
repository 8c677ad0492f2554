//! What the PBX speaks.
