package org.temblor.flink.rocketmq;

import org.apache.flink.api.common.ExecutionConfig;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;

/** Tells Flink how batches travel. For any thread. */
public final class RawBatchType extends TypeInformation<RawBatch> {
  public static final RawBatchType INSTANCE = new RawBatchType();

  private static final long serialVersionUID = 1;

  private RawBatchType() {}

  @Override
  public boolean isBasicType() {
    return false;
  }

  @Override
  public boolean isTupleType() {
    return false;
  }

  @Override
  public int getArity() {
    return 1;
  }

  @Override
  public int getTotalFields() {
    return 1;
  }

  @Override
  public Class<RawBatch> getTypeClass() {
    return RawBatch.class;
  }

  @Override
  public boolean isKeyType() {
    return false;
  }

  @Override
  public TypeSerializer<RawBatch> createSerializer(ExecutionConfig config) {
    return RawBatchSerializer.INSTANCE;
  }

  @Override
  public String toString() {
    return "RawBatch";
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RawBatchType;
  }

  @Override
  public int hashCode() {
    return RawBatchType.class.hashCode();
  }

  @Override
  public boolean canEqual(Object other) {
    return other instanceof RawBatchType;
  }
}
